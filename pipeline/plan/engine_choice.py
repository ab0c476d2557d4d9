"""Which engine animates a performer, with which files and options, and why, in one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engines import ENGINES
from foundation.cache import cache_folder
from foundation.errors import InputError
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import Performer, Tpsmm
from pipeline.manifest.schema import Defaults

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "models"
SHIPPED = CONFIGS.parent / "checkpoints"
"""Checkpoints that come with Duet, named as their configs."""
PUBLISHED_FACES, COMPACT = "vox-256", "duet-128"
"""The configs that are taken where none is named: the published network for faces, and ours."""
MODELS = "models"
"""The folder of fetched checkpoints, in the cache."""
FULL_SIDE = 512
"""Pixels a side of the crop for networks that animate small and move the full-size picture."""


@dataclass(frozen=True)
class EngineChoice:
    """Attributes: name: as in engines.ENGINES; files: what the engine reads, by the names it knows them by;
    options: JSON-safe settings of this engine alone; crop_size: pixels a side that its network takes, where the
    config says other than the engine's own.
    """

    name: str
    reason: str
    files: dict[str, Path] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    crop_size: int | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What every task of the engine has among its settings."""
        about: dict[str, Any] = {"engine": self.name, "engine_version": ENGINES[self.name].version}
        return about if self.crop_size is None else about | {"crop_size": self.crop_size}


def choose_engine(loaded: LoadedManifest, name: str) -> EngineChoice:
    """The engine of the performer `name`.

    Raises: InputError if the manifest asks for tpsmm and there is no checkpoint.
    """
    performer, defaults = loaded.manifest.performers[name], loaded.manifest.defaults
    wanted = performer.engine or defaults.engine
    own = performer.tpsmm or defaults.tpsmm
    if wanted == "landmark_tps":
        return EngineChoice("landmark_tps", "the manifest names it")
    config, checkpoint = _network(loaded, own, wanted)
    if checkpoint is None:
        if wanted == "auto":
            told = f"auto: there is no checkpoint of {config} for tpsmm"
            return EngineChoice("landmark_tps", told if _asks(performer) or _asks(defaults) else "auto")
        raise InputError(
            f"the engine tpsmm has no checkpoint of {config}",
            performer=name,
            cure="name one as tpsmm.checkpoint, fetch one with `models fetch`, or use engine: landmark_tps",
        )
    reason = "the manifest names it" if wanted == "tpsmm" else f"auto: its checkpoint is there, {checkpoint.name}"
    if own.config is None and config == COMPACT:
        reason += f"; the compact {COMPACT}, as {PUBLISHED_FACES} is not fetched"
    named = CONFIGS / f"{config}.yaml"
    files = {"checkpoint": checkpoint, "config": named if named.is_file() else loaded.path(config)}
    options = {"precision": own.precision, "mode": own.mode, "keypoints": own.keypoints}
    return EngineChoice("tpsmm", reason, files, options, _crop_side(files["config"]))


def _asks(part: Performer | Defaults) -> bool:
    """Whether the manifest itself speaks of engines here: whoever says nothing of them lacks none."""
    return bool({"engine", "tpsmm"} & part.model_fields_set)


def _crop_side(config: Path) -> int | None:
    """Pixels a side of the crop: the frame size that a model config in the published schema was trained at, or, of a
    network that moves pictures of any size, enough for the largest faces. The engine judges all else in the file."""
    try:
        content = yaml.safe_load(config.read_text(encoding="utf-8"))
        if content["model_params"]["common_params"].get("side") is not None:
            return FULL_SIDE
        side = int(content["dataset_params"]["frame_shape"][0])
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return side if 32 <= side <= 2048 else None


def _network(loaded: LoadedManifest, own: Tpsmm, wanted: str) -> tuple[str, Path | None]:
    """The config, and its checkpoint: the file that the manifest names, or else one that was fetched or, where tpsmm is
    asked for by name, comes with Duet."""
    if own.checkpoint is not None:
        return own.config or PUBLISHED_FACES, loaded.path(own.checkpoint)
    folders = [cache_folder() / MODELS] + ([SHIPPED] if wanted == "tpsmm" else [])
    names = [own.config] if own.config else [PUBLISHED_FACES] + ([COMPACT] if wanted == "tpsmm" else [])
    for name in names:
        for folder in folders:
            kept = folder / f"{Path(name).stem}.safetensors"
            if kept.is_file():
                return name, kept
    return names[0], None
