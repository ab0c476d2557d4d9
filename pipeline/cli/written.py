"""What a command will write, compared before it begins with what it reads and with itself: so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import ManifestError

MOST_TOLD = 5

Identity = tuple[int | str, ...]
"""Of a file: its device and inode, whatever its name and by whatever link; of a name, its folder's and the name."""


@dataclass(frozen=True)
class Written:
    """A file that will be written. `what` it is, as a message calls it; `cure`: how to have it elsewhere, or not."""

    path: Path
    what: str
    cure: str


def refuse_losses(written: Iterable[Written], read: Iterable[Path]) -> None:
    """Refuse to write over an input, through any link, and to write two things under one name.

    Args:
        written: everything that the command may write, whether or not it is there.
        read: everything that it reads; a name of numbered pictures (take_%04d.png) means all of its kind.

    Raises: ManifestError telling every loss.
    """
    inputs = {identity for path in read for identity in (_name(path), _file(path)) if identity}
    places: dict[Identity, Written] = {}
    told: dict[str, str] = {}
    for one in dict.fromkeys(written):
        name = _name(one.path)
        first = places.setdefault((*name[:-1], one.path.name.casefold()), one)  # one name, on some systems
        if name in inputs or _file(one.path) in inputs:
            problem = f"it is an input, and {one.what} would be written over it"
        elif first is not one:
            problem = f"{first.what} and {one.what} would both be written there"
        else:
            continue
        told.setdefault(f"{problem} ({one.cure})", f"{one.path}: {problem} ({one.cure})")
    if told:
        lines = list(told.values())
        rest = [f"and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
        failure = ManifestError("; ".join(lines[:MOST_TOLD] + rest))
        failure.mistakes = (*lines[:MOST_TOLD], *rest)
        raise failure


def _file(path: Path) -> Identity | None:
    """Of the file that is there."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _name(path: Path) -> Identity:
    """Of the name, whether or not there is a file."""
    folder = path.absolute().parent
    return (*(_file(folder) or (str(folder),)), path.name)
