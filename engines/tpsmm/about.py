"""What the engine tells of itself: its section of the manifest, its files, and when it can be taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from engines.about import GAINS, About, Demo, Lacking, Ready, Wish
from engines.fits import misfit
from engines.neural.files import CONFIGS, config_file, fetched_folder, frame_side, read_config
from engines.neural.section import Arithmetic, NetworkSection
from engines.tpsmm.options import Keypoints, Mode, Options
from foundation.codec import Json
from foundation.errors import ManifestError
from networks.hub import Published

SHIPPED = CONFIGS.parent / "checkpoints"
"""Checkpoints that come with Duet, named as their configs."""
PUBLISHED_FACES, COMPACT = "vox-256", "duet-128"
"""The configs that are taken where none is named: the published network for faces, and ours."""
BODIES = ("taichi-256", "ted-384", "mgif-256")
"""Those for pictures that are moved whole, the first that is fetched."""
REPOSITORY = "MCMLXXXVII/thinplatesv1"
PUBLISHED = {
    "vox": Published("vox-256", "vessl/thin-plate-spline-motion-model", "vox.pth.tar", "faces, 256 x 256"),
    "taichi": Published("taichi-256", REPOSITORY, "orig/taichi.pth.tar", "whole bodies, 256 x 256"),
    "ted": Published("ted-384", REPOSITORY, "orig/ted.pth.tar", "upper bodies, 384 x 384"),
    "mgif": Published("mgif-256", REPOSITORY, "orig/mgif.pth.tar", "drawn animals, 256 x 256"),
}
"""The published checkpoints, as `models fetch` takes them."""
OURS = {SHIPPED / f"{COMPACT}.safetensors": ("duet", "faces, 128 x 128, small")}
"""What comes with Duet: its name there, and what it animates."""
FULL_SIDE = 512
"""Pixels a side of the crop for networks that animate small and move the full-size picture."""


class Tpsmm(NetworkSection):
    """What the engine tpsmm needs."""

    config: str | None = None
    """A name in configs/models, or a file in the published schema; without it, vox-256 where that has been fetched,
    else duet-128, the compact network that comes with Duet. With subject: whole, the first that has been fetched of
    taichi-256, ted-384 and mgif-256."""
    mode: Mode | None = None
    """The published modes; without it, what motion.mode says."""
    keypoints: Keypoints = "auto"
    """Where keypoints come from: the network's own detector, or, for networks that were taught to find landmarks (auto
    takes them there), the face that the landmark stage has followed."""


def choose(wish: Wish[Tpsmm]) -> Ready | Lacking:
    """The network that is named, or else the published one where it was fetched, or else ours where it is asked for."""
    section = wish.section
    config, checkpoint = _network(wish)
    file = config_file(config, CONFIGS, wish.path)
    content = read_config(file)
    side, taught = _read(content)
    if (unfit := misfit(wish.subject, "tpsmm", file, content, landmarks=taught)) is not None:
        return unfit
    if checkpoint is None:
        return Lacking(
            what=f"no checkpoint of {config}",
            cure="name one as tpsmm.checkpoint, fetch one with `models fetch`, or use engine: landmark_tps",
        )
    reasons = [] if wish.named else [f"its checkpoint is there, {checkpoint.name}"]
    if section.config is None and config == COMPACT:
        reasons.append(f"the compact {COMPACT}, as {PUBLISHED_FACES} is not fetched")
    mode: Mode = section.mode or ("standard" if wish.absolute else "relative")
    by_landmarks = taught and section.keypoints != "network"
    how = section.arithmetic
    return Ready(
        options=Options(**vars(how), mode=mode, keypoints=section.keypoints),
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
    usual = list(BODIES) if wish.subject == "whole" else [PUBLISHED_FACES] + ([COMPACT] if wish.named else [])
    if section.checkpoint is not None:
        return section.config or usual[0], wish.path(section.checkpoint)
    folders = [fetched_folder()] + ([SHIPPED] if wish.named else [])
    names = [section.config] if section.config else usual
    for name in names:
        for folder in folders:
            kept = folder / f"{Path(name).stem}.safetensors"
            if kept.is_file():
                return name, kept
    return names[0], None


def _read(config: Json) -> tuple[int | None, bool]:
    """Of a model config: pixels a side of the crop, and whether its keypoints are landmarks.

    The side is the frame size that the network was trained at, or, of one that moves pictures of any size, enough for
    the largest faces.
    """
    try:
        model = config["model_params"]
        landmarks = bool((model.get("kp_detector_params") or {}).get("landmarks"))
        own_side = model["common_params"].get("side")
    except (KeyError, TypeError, AttributeError):
        return None, False
    return (frame_side(config) if own_side is None else FULL_SIDE), landmarks


def demo_options(flags: Mapping[str, str | bool | None], how: Arithmetic) -> Options:
    """Of the published demo's own flags. Raises: ManifestError: no such mode."""
    mode = flags["mode"] or "relative"
    if mode not in get_args(Mode):
        raise ManifestError(f"--mode is {mode!r}", cure=f"use one of {', '.join(get_args(Mode))}")
    return Options(**vars(how), mode=cast(Mode, mode))


ABOUT = About(
    section=Tpsmm,
    network=True,
    learned=True,
    subjects=("face", "whole"),
    choose=choose,
    catalog="engines.tpsmm.published:CATALOG",
    checkpoints=(*(name for name, _ in OURS.values()), *PUBLISHED),
    demo=Demo(
        loop="engines.tpsmm.published:loop",
        configs=CONFIGS,
        checkpoint=Path("checkpoints/vox.pth.tar"),
        source=Path("assets/source.png"),
        driving=Path("assets/driving.mp4"),
        fetched=lambda config: config,
        flags=("mode", "img_shape"),
        options=demo_options,
    ),
)
