"""The checkpoints that have been published, and how to get one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import InputError
from tpsmm.config import ModelConfig, load_config
from tpsmm.convert import convert


@dataclass(frozen=True)
class Published:
    """A checkpoint on the Hugging Face hub.

    Attributes:
        config: name of the file in configs/models. repository, file: where on the hub. about: what it animates.
    """

    config: str
    repository: str
    file: str
    about: str


PUBLISHED = {
    "vox": Published("vox-256", "vessl/thin-plate-spline-motion-model", "vox.pth.tar", "faces, 256 x 256"),
    "taichi": Published("taichi-256", "MCMLXXXVII/thinplatesv1", "orig/taichi.pth.tar", "whole bodies, 256 x 256"),
    "ted": Published("ted-384", "MCMLXXXVII/thinplatesv1", "orig/ted.pth.tar", "upper bodies, 384 x 384"),
    "mgif": Published("mgif-256", "MCMLXXXVII/thinplatesv1", "orig/mgif.pth.tar", "drawn animals, 256 x 256"),
}


def fetch(name: str, folder: Path, configs: Path, mirror: Path | None = None) -> Path:
    """A published checkpoint, downloaded if it is not there yet, checked and converted.

    Args:
        name: a key of PUBLISHED. folder: where to keep it. configs: the folder of the model configs.
        mirror: a local copy of the hub (repository/file) to take it from instead.
    Returns:
        the .safetensors, which records the download's sha256.
    Raises:
        InputError: no such name; no connection; or what came is not that network's.
    """
    if name not in PUBLISHED:
        raise InputError(f"no published model is called {name!r}", cure=f"use one of {', '.join(PUBLISHED)}")
    entry = PUBLISHED[name]
    ready = folder / f"{entry.config}.safetensors"
    if ready.is_file():
        return ready
    config = load_config(configs / f"{entry.config}.yaml")
    folder.mkdir(parents=True, exist_ok=True)
    original = _from_mirror(entry, mirror, folder) if mirror else _from_hub(entry, folder)
    return _converted(original, config, ready)


def _converted(original: Path, config: ModelConfig, ready: Path) -> Path:
    try:
        return convert(original, config, ready)
    except InputError as error:
        error.cure = f"{error.cure or 'it is not the published file'}; delete it and fetch again"
        raise


def _from_mirror(entry: Published, mirror: Path, folder: Path) -> Path:
    kept = mirror / entry.repository / entry.file
    if not kept.is_file():
        raise InputError("the mirror lacks this checkpoint", file=kept, cure="check the mirror's folder")
    target = folder / kept.name
    if kept.resolve() != target.resolve():
        shutil.copyfile(kept, target)
    return target


def _from_hub(entry: Published, folder: Path) -> Path:
    try:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415  (needed for downloads only)
    except ImportError as error:
        raise InputError("downloading needs huggingface_hub", cure="pip install huggingface_hub") from error
    # The hub's client raises whatever the network does to it: its own errors, requests', httpx', the system's.
    try:
        return Path(hf_hub_download(entry.repository, entry.file, local_dir=folder))
    except Exception as error:
        raise InputError(
            f"{entry.repository} could not be reached: {str(error).splitlines()[0] if str(error) else error!r}",
            file=entry.file,
            cure="check the connection, or put the file into the models folder yourself",
        ) from error
