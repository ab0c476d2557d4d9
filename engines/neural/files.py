"""Where configs and checkpoints lie, and what a config says before its network is loaded. No NumPy, no PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from foundation.cache import cache_folder
from foundation.codec import Json
from foundation.yaml_text import read_yaml

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "models"
MODELS = "models"
"""The folder of fetched checkpoints, in the cache."""
SIDES = range(32, 2049)
"""Pixels a side that a config may speak of."""


def fetched_folder() -> Path:
    """Where `models fetch` keeps checkpoints."""
    return cache_folder() / MODELS


def config_file(named: str, folder: Path, path: Callable[[str], Path]) -> Path:
    """A config by its name in `folder`, or else the file that the manifest names."""
    ours = folder / f"{named}.yaml"
    return ours if ours.is_file() else path(named)


def read_config(file: Path) -> Json:
    """A config in a published schema; empty where it cannot be read: the engine judges it when it loads it."""
    try:
        content = read_yaml(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, Mapping) else {}


def frame_side(config: Json) -> int | None:
    """Pixels a side of the frames that the network was trained on, which the crop has too."""
    try:
        side = int(config["dataset_params"]["frame_shape"][0])
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    return side if side in SIDES else None
