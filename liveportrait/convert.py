"""The published files as one .safetensors, whether they fit, and where they come from."""

from __future__ import annotations

from pathlib import Path

import torch

from foundation.errors import InputError
from liveportrait.files import BASE, FAMILY, RETARGETING, digest_of, flattened, read_weights
from liveportrait.model import Model
from liveportrait.sizes import PUBLISHED, Sizes
from networks import hub
from networks.checkpoints import fit_checkpoint
from networks.convert import Verdict, origin_of, save_tensors

REPOSITORY = "KlingTeam/LivePortrait"
FILES = (
    *(f"liveportrait/base_models/{name}.pth" for name in BASE),
    f"liveportrait/retargeting_models/{RETARGETING}.pth",
)
"""On the Hugging Face hub."""


def convert(folder: Path, to: Path, sizes: Sizes = PUBLISHED) -> Path:
    """The five files of a folder as one .safetensors, with the sha256 of what it came from.

    Returns: `to`; an earlier conversion of the same files is kept as it is.
    Raises: InputError: they cannot be used.
    """
    digest = digest_of(folder)
    if to.is_file() and origin_of(to) == digest:
        return to
    save_tensors(_fitted(folder, sizes).state_dict(), to, digest)
    return to


def verify(path: Path, sizes: Sizes = PUBLISHED) -> Verdict:
    """Whether a folder of five files, or a conversion of them, can be used; its size is that of all of them.

    Raises: InputError only if the files cannot be read at all.
    """
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    problem = None
    try:
        _fitted(path, sizes)
    except InputError as error:
        problem = error.problem
    modules = () if problem else FAMILY.modules
    size = sum(file.stat().st_size for file in files)
    return Verdict(digest_of(path), size, origin_of(path) if path.is_file() else None, modules, problem)


def download(folder: Path, mirror: Path | None = None) -> Path:
    """The published human models, in the folder, which is made.

    Args:
        mirror: a local copy of the hub (repository/file) to take them from instead.
    Raises: InputError: no connection.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        hub.download(REPOSITORY, file, folder, mirror)
    return folder


def _fitted(path: Path, sizes: Sizes) -> Model:
    checkpoint = flattened(read_weights(path))
    with torch.device("meta"):
        model = Model(sizes=sizes)
    fit_checkpoint(model, checkpoint, FAMILY)
    return model
