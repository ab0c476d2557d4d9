"""Published checkpoints from the Hugging Face hub, from a local copy of it, or as a person has downloaded them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
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


def fetch_checkpoint(entry: Published, ready: Path, mirror: Path | None, convert: Callable[[Path, Path], Path]) -> Path:
    """A published checkpoint, downloaded if it is not there yet, checked and converted.

    Args:
        ready: where to keep it, as .safetensors; what is there is taken as it is.
        mirror: a local copy of the hub (repository/file) to take it from instead.
        convert: makes the second path of the first, which was downloaded.
    Returns: `ready`, which records the download's sha256.
    Raises: InputError: no connection; or what came is not that network's.
    """
    if ready.is_file():
        return ready
    ready.parent.mkdir(parents=True, exist_ok=True)
    by_hand = ready.parent / entry.file
    if mirror is None and entry.page:
        if not by_hand.is_file():
            cure = f"download it from {entry.page} and put it there"
            raise InputError("this checkpoint is on no hub and has not been downloaded", file=by_hand, cure=cure)
        original = by_hand
    else:
        original = download(entry.repository, entry.file, ready.parent, mirror)
    try:
        return convert(original, ready)
    except InputError as error:
        error.cure = f"{error.cure or 'it is not the published file'}; delete it and fetch again"
        raise


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
