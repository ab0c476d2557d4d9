"""A checkpoint once and for all: checked, hashed, and kept as .safetensors, which opens memory-mapped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from foundation.atomic import replacing
from foundation.errors import InputError
from networks.checkpoints import Family, fit_checkpoint, read_checkpoint

HASHED_AT_ONCE = 1 << 20  # bytes
ORIGIN = "origin_sha256"


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: the file's sha256 and size in bytes, the sha256 of the file it was converted from (None
    if it is no conversion), its modules, and what keeps it from being used (None: nothing)."""

    sha256: str
    size: int
    origin_sha256: str | None
    modules: tuple[str, ...]
    problem: str | None


def sha256_of(path: Path) -> str:
    """The file's hash, read in pieces.

    Raises: InputError if it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(HASHED_AT_ONCE):
                digest.update(piece)
    except OSError as error:
        raise InputError("the checkpoint cannot be read", file=path, cure="check the path and its rights") from error
    return digest.hexdigest()


def verify_checkpoint(path: Path, model: nn.Module, family: Family) -> Verdict:
    """Whether a checkpoint fits a model, built on the meta device, without loading it for use.

    Raises: InputError only if the file cannot be read at all.
    """
    digest, size = sha256_of(path), path.stat().st_size
    modules: tuple[str, ...] = ()
    problem = None
    try:
        checkpoint = read_checkpoint(path, family)
        modules = tuple(checkpoint.modules)
        fit_checkpoint(model, checkpoint, family)
    except InputError as error:
        problem = error.problem
    return Verdict(digest, size, _origin_or_none(path), modules, problem)


def origin_of(path: Path) -> str | None:
    """The sha256 of the published file that a .safetensors was made from, where it says so."""
    if path.suffix != ".safetensors":
        return None
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata: Mapping[str, str] = file.metadata() or {}
    except Exception as error:  # safetensors' own error type is not stable between versions
        raise InputError("the checkpoint is damaged", file=path, cure="convert it again") from error
    return metadata.get(ORIGIN)


def convert_checkpoint(path: Path, model: nn.Module, family: Family, to: Path | None = None) -> Path:
    """The checkpoint as .safetensors: strict float32 keys, with the sha256 of the file it came from.

    Args:
        model: built on the meta device, whose keys the file must have.
        to: where; beside the original if not given. An earlier conversion of the same file is kept as it is.
    Returns:
        the path of the conversion.
    Raises:
        InputError: the checkpoint cannot be used with the model.
    """
    if path.suffix == ".safetensors":
        return path
    target = to or path.with_name(path.name.removesuffix(".tar").removesuffix(".pth") + ".safetensors")
    digest = sha256_of(path)
    if target.is_file() and _origin_or_none(target) == digest:
        return target
    fit_checkpoint(model, read_checkpoint(path, family), family)
    save_tensors(model.state_dict(), target, digest)
    return target


def save_tensors(tensors: Mapping[str, Tensor], target: Path, digest: str) -> None:
    """Write a .safetensors whole or not at all; `digest`: sha256 of the file that the tensors came from."""
    target.parent.mkdir(parents=True, exist_ok=True)
    copies = {name: tensor.clone() for name, tensor in tensors.items()}
    with replacing(target) as partial:
        save_file(copies, partial, metadata={ORIGIN: digest, "format": "pt"})


def _origin_or_none(path: Path) -> str | None:
    try:
        return origin_of(path)
    except InputError:
        return None
