"""A checkpoint once and for all: checked, hashed, and kept as .safetensors, which opens memory-mapped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from foundation.errors import InputError
from tpsmm.checkpoints import fit_checkpoint, read_checkpoint
from tpsmm.config import ModelConfig
from tpsmm.model import Model

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


def verify(path: Path, config: ModelConfig) -> Verdict:
    """Whether a checkpoint fits a configuration, without loading it for use.

    Raises: InputError only if the file cannot be read at all.
    """
    digest, size = sha256_of(path), path.stat().st_size
    modules: tuple[str, ...] = ()
    problem = None
    try:
        checkpoint = read_checkpoint(path)
        modules = tuple(checkpoint.modules)
        with torch.device("meta"):
            model = Model(config)
        fit_checkpoint(model, checkpoint)
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


def convert(path: Path, config: ModelConfig, to: Path | None = None) -> Path:
    """The checkpoint as .safetensors: strict float32 keys, with the sha256 of the file it came from.

    Args:
        to: where; beside the original if not given. An earlier conversion of the same file is kept as it is.
    Returns:
        the path of the conversion.
    Raises:
        InputError: the checkpoint cannot be used with the configuration.
    """
    if path.suffix == ".safetensors":
        return path
    target = to or path.with_name(path.name.removesuffix(".tar").removesuffix(".pth") + ".safetensors")
    digest = sha256_of(path)
    if target.is_file() and _origin_or_none(target) == digest:
        return target
    with torch.device("meta"):
        model = Model(config)
    fit_checkpoint(model, read_checkpoint(path))
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
        partial = Path(part.name)
    try:
        save_file(tensors, partial, metadata={ORIGIN: digest, "format": "pt"})
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _origin_or_none(path: Path) -> str | None:
    try:
        return origin_of(path)
    except InputError:
        return None
