"""The five published files: found in a folder, read without running code in them, kept as one .safetensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from foundation.errors import InputError
from networks.checkpoints import Checkpoint, Family, read_checkpoint, read_file
from networks.convert import sha256_of

BASE = ("appearance_feature_extractor", "motion_extractor", "warping_module", "spade_generator")
RETARGETING = "stitching_retargeting_module"
NETWORKS = ("retarget_shoulder", "retarget_mouth", "retarget_eye")
"""In the file of that name, beside others that people do not need."""
FAMILY = Family(
    "LivePortrait",
    (*BASE, RETARGETING),
    fetched="liveportrait",
    misfit="use the human models' five files, all of one publication",
)
FOLDERS = (".", "base_models", "retargeting_models", "liveportrait/base_models", "liveportrait/retargeting_models")
SUFFIXES = (".pth", ".safetensors")
ANIMALS = "animal"


def read_weights(path: Path) -> Checkpoint:
    """The state dicts of a folder with the five published files, or of a .safetensors made of them.

    Raises: InputError if a file is missing, damaged, holds code, or is of animals.
    """
    if path.is_dir():
        return read_files(find_files(path))
    _refuse_animals(path)
    return read_checkpoint(path, FAMILY)


def read_files(files: Mapping[str, Path]) -> Checkpoint:
    """The state dicts of the five published files, by name.

    Raises: InputError as in read_weights.
    """
    for path in files.values():
        _refuse_animals(path)
    folder = next(iter(files.values())).parent
    return Checkpoint({name: read_file(file) for name, file in files.items()}, folder)  # type: ignore[misc]  # flattened checks what they hold


def _refuse_animals(path: Path) -> None:
    """By the name of the file, of its folder, or of that one's, as on the hub."""
    if any(ANIMALS in part.name.lower() for part in (path, path.parent, path.parent.parent)):
        raise InputError(
            "these weights are the animals' models': their keys are the same, their faces are not people's",
            file=path,
            cure="use the human models' folder, liveportrait",
        )


def find_files(folder: Path) -> dict[str, Path]:
    """The five files in a folder, laid out as on the hub or side by side.

    Raises: InputError naming those that are missing.
    """
    found = {}
    for name in FAMILY.modules:
        places = (folder / inner / f"{name}{suffix}" for inner in FOLDERS for suffix in SUFFIXES)
        file = next((place for place in places if place.is_file()), None)
        if file is not None:
            found[name] = file
    missing = [f"{name}.pth" for name in FAMILY.modules if name not in found]
    if missing:
        raise InputError(
            f"LivePortrait's folder lacks {', '.join(missing)}",
            file=folder,
            cure="put all five published files there, or run `models fetch liveportrait`",
        )
    return found


def flattened(checkpoint: Checkpoint) -> Checkpoint:
    """The same with the stitching file's networks side by side, what else it holds left out."""
    modules: dict[str, Mapping[str, Tensor]] = {}
    for name, state in checkpoint.modules.items():
        modules[name] = _stitching(state) if name == RETARGETING else _tensors(state)
    return Checkpoint(modules, checkpoint.path)


def _tensors(state: Mapping[str, Any]) -> dict[str, Any]:
    """Without an outer `state_dict`, in which some people wrap them."""
    inner = state.get("state_dict")
    return dict(inner if isinstance(inner, Mapping) else state)


def _stitching(state: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in state.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": tensor for key, tensor in value.items()}
        else:
            flat[name] = value
    return {name.replace("module.", ""): tensor for name, tensor in flat.items() if name.split(".", 1)[0] in NETWORKS}


def digest_of(path: Path) -> str:
    """Sha256 of a file; of a folder, of its five files' digests in their order."""
    if not path.is_dir():
        return sha256_of(path)
    joined = "".join(sha256_of(file) for file in find_files(path).values())
    return hashlib.sha256(joined.encode()).hexdigest()
