"""Published checkpoints from the Hugging Face hub, from a local copy of it, or as a person has downloaded them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import InputError


@dataclass(frozen=True)
class Published:
    """A checkpoint.

    Attributes:
        config: name of its config's file.
        repository, file: where on the Hugging Face hub.
        about: what it animates.
        page: where its authors give it to people, where it is not on the hub.
    """

    config: str
    repository: str
    file: str
    about: str
    page: str | None = None


def original(entry: Published, folder: Path, mirror: Path | None) -> Path:
    """A published file, downloaded into the folder; one that is on no hub must be there.

    Args:
        mirror: a local copy of the hub (repository/file) to take it from instead.
    Raises: InputError: no connection, or it is on no hub and nobody has put it there.
    """
    by_hand = folder / entry.file
    if mirror is not None or not entry.page:
        return download(entry.repository, entry.file, folder, mirror)
    if not by_hand.is_file():
        cure = f"download it from {entry.page} and put it there"
        raise InputError("this checkpoint is on no hub and has not been downloaded", file=by_hand, cure=cure)
    return by_hand


def download(repository: str, file: str, folder: Path, mirror: Path | None) -> Path:
    """One file of the hub, in the folder.

    Raises: InputError: no connection, or the mirror lacks it.
    """
    return _from_mirror(repository, file, folder, mirror) if mirror else _from_hub(repository, file, folder)


def _from_mirror(repository: str, file: str, folder: Path, mirror: Path) -> Path:
    kept = mirror / repository / file
    if not kept.is_file():
        raise InputError("the mirror lacks this checkpoint", file=kept, cure="check the mirror's folder")
    target = folder / kept.name
    if kept.resolve() != target.resolve():
        shutil.copyfile(kept, target)
    return target


def _from_hub(repository: str, file: str, folder: Path) -> Path:
    try:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415  (needed for downloads only)
    except ImportError as error:
        raise InputError("downloading needs huggingface_hub", cure="pip install huggingface_hub") from error
    # The hub's client raises whatever the network does to it: its own errors, requests', httpx', the system's.
    try:
        return Path(hf_hub_download(repository, file, local_dir=folder))
    except Exception as error:
        raise InputError(
            f"{repository} could not be reached: {str(error).splitlines()[0] if str(error) else error!r}",
            file=file,
            cure="check the connection, or put the file into the models folder yourself",
        ) from error
