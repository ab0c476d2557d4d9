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
from pipeline.manifest.parts.performers import Tpsmm

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "models"
MODELS = "models"
"""The folder of fetched checkpoints, in the cache."""


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
    checkpoint = _checkpoint(loaded, own)
    if checkpoint is None:
        if wanted == "auto":
            return EngineChoice("landmark_tps", f"auto: there is no checkpoint of {own.config} for tpsmm")
        raise InputError(
            f"the engine tpsmm has no checkpoint of {own.config}",
            performer=name,
            cure="name one as tpsmm.checkpoint, fetch one with `models fetch`, or use engine: landmark_tps",
        )
    reason = "the manifest names it" if wanted == "tpsmm" else f"auto: its checkpoint is there, {checkpoint.name}"
    named = CONFIGS / f"{own.config}.yaml"
    files = {"checkpoint": checkpoint, "config": named if named.is_file() else loaded.path(own.config)}
    options = {"precision": own.precision, "mode": own.mode}
    return EngineChoice("tpsmm", reason, files, options, _frame_side(files["config"]))


def _frame_side(config: Path) -> int | None:
    """The frame size that a model config in the published schema was trained at; the engine judges all else in it."""
    try:
        shape = yaml.safe_load(config.read_text(encoding="utf-8"))["dataset_params"]["frame_shape"]
        side = int(shape[0])
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, IndexError):
        return None
    return side if 32 <= side <= 2048 else None


def _checkpoint(loaded: LoadedManifest, own: Tpsmm) -> Path | None:
    """The file that the manifest names, or else the one that was fetched for this config."""
    if own.checkpoint is not None:
        return loaded.path(own.checkpoint)
    fetched = cache_folder() / MODELS / f"{Path(own.config).stem}.safetensors"
    return fetched if fetched.is_file() else None
