"""What the engine tells of itself: its section of the manifest, its files, and when it can be taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from engines.about import GAINS, About, Lacking, Ready, Wish
from engines.tpsmm.options import Keypoints, Mode, Options, Precision
from foundation.cache import cache_folder
from foundation.part import Part
from foundation.yaml_text import read_yaml

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "models"
SHIPPED = CONFIGS.parent / "checkpoints"
"""Checkpoints that come with Duet, named as their configs."""
PUBLISHED_FACES, COMPACT = "vox-256", "duet-128"
"""The configs that are taken where none is named: the published network for faces, and ours."""
MODELS = "models"
"""The folder of fetched checkpoints, in the cache."""
FULL_SIDE = 512
"""Pixels a side of the crop for networks that animate small and move the full-size picture."""


class Tpsmm(Part):
    """What the engine tpsmm needs."""

    config: str | None = None
    """A name in configs/models, or a file in the published schema; without it, vox-256 where that has been fetched,
    else duet-128, the compact network that comes with Duet."""
    checkpoint: str | None = None
    """A file; without it, the one that `models fetch` has fetched for this config, or that comes with Duet."""
    precision: Precision = "fast"
    """Of the network's arithmetic; fp16 needs CUDA."""
    mode: Mode | None = None
    """The published modes; without it, what motion.mode says."""
    keypoints: Keypoints = "auto"
    """Where keypoints come from: the network's own detector, or, for networks that were taught to find landmarks (auto
    takes them there), the face that the landmark stage has followed."""


def choose(wish: Wish[Tpsmm]) -> Ready | Lacking:
    """The network that is named, or else the published one where it was fetched, or else ours where it is asked for."""
    section = wish.section
    config, checkpoint = _network(wish)
    if checkpoint is None:
        return Lacking(
            what=f"no checkpoint of {config}",
            cure="name one as tpsmm.checkpoint, fetch one with `models fetch`, or use engine: landmark_tps",
        )
    reasons = [] if wish.named else [f"its checkpoint is there, {checkpoint.name}"]
    if section.config is None and config == COMPACT:
        reasons.append(f"the compact {COMPACT}, as {PUBLISHED_FACES} is not fetched")
    named = CONFIGS / f"{config}.yaml"
    file = named if named.is_file() else wish.path(config)
    side, taught = _read(file)
    mode: Mode = section.mode or ("standard" if wish.absolute else "relative")
    by_landmarks = taught and section.keypoints != "network"
    return Ready(
        options=Options(precision=section.precision, mode=mode, keypoints=section.keypoints),
        files={"checkpoint": checkpoint, "config": file},
        crop_size=side,
        honours=GAINS if by_landmarks else (),
        landmarks_suffice=by_landmarks,
        reason="; ".join(reasons),
    )


def _network(wish: Wish[Tpsmm]) -> tuple[str, Path | None]:
    """The config, and its checkpoint: the file that the manifest names, or else one that was fetched or, where the
    engine is asked for by name, comes with Duet."""
    section = wish.section
    if section.checkpoint is not None:
        return section.config or PUBLISHED_FACES, wish.path(section.checkpoint)
    folders = [cache_folder() / MODELS] + ([SHIPPED] if wish.named else [])
    names = [section.config] if section.config else [PUBLISHED_FACES] + ([COMPACT] if wish.named else [])
    for name in names:
        for folder in folders:
            kept = folder / f"{Path(name).stem}.safetensors"
            if kept.is_file():
                return name, kept
    return names[0], None


def _read(config: Path) -> tuple[int | None, bool]:
    """Of a model config in the published schema: pixels a side of the crop, and whether its keypoints are landmarks.

    The side is the frame size that the network was trained at, or, of one that moves pictures of any size, enough for
    the largest faces. The engine judges all else in the file: here, what cannot be read says nothing.
    """
    try:
        content = cast("dict[str, Any]", read_yaml(config))
        model = content["model_params"]
        landmarks = bool((model.get("kp_detector_params") or {}).get("landmarks"))
        if model["common_params"].get("side") is not None:
            return FULL_SIDE, landmarks
        side = int(content["dataset_params"]["frame_shape"][0])
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None, False
    return (side if 32 <= side <= 2048 else None), landmarks


ABOUT = About(section=Tpsmm, network=True, learned=True, choose=choose)
