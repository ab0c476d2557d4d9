"""Which engine animates a performer, with which files and options, and why, in one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from engines import ENGINES
from engines.landmark_tps import options as landmark_tps
from engines.tpsmm import options as tpsmm
from foundation.cache import cache_folder
from foundation.codec import Json, encode
from foundation.errors import InputError
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import Performer, Tpsmm
from pipeline.manifest.schema import Defaults
from stages.contracts.shared import EngineUse

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "models"
SHIPPED = CONFIGS.parent / "checkpoints"
"""Checkpoints that come with Duet, named as their configs."""
PUBLISHED_FACES, COMPACT = "vox-256", "duet-128"
"""The configs that are taken where none is named: the published network for faces, and ours."""
MODELS = "models"
"""The folder of fetched checkpoints, in the cache."""
MODES: dict[str, tpsmm.Mode] = {"relative": "relative", "absolute": "standard"}
"""The published words for the manifest's."""
FULL_SIDE = 512
"""Pixels a side of the crop for networks that animate small and move the full-size picture."""


@dataclass(frozen=True)
class EngineChoice:
    """The engine of one performer.

    Attributes:
        name: as in engines.ENGINES.
        reason: why, for a person.
        files: what the engine reads, by the names it knows them by.
        options: of the engine's own type.
        crop_size: pixels a side that its network takes, where the config says other than the engine's own.
    """

    name: str
    reason: str
    files: dict[str, Path] = field(default_factory=dict)
    options: object = field(default_factory=landmark_tps.Options)
    crop_size: int | None = None

    @property
    def use(self) -> EngineUse:
        """As the stages take it."""
        return EngineUse(name=self.name, version=ENGINES[self.name].version, crop_size=self.crop_size)

    @property
    def settings(self) -> dict[str, Json]:
        """Its options, as the stages take them."""
        told: dict[str, Json] = encode(self.options)
        return told


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
    mode = own.mode or MODES[performer.motion.mode]
    options = tpsmm.Options(precision=own.precision, mode=mode, keypoints=own.keypoints)
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
