"""What a user is told of a file that cannot be read: the same, whoever reads it."""

from __future__ import annotations

import errno
from pathlib import Path

from foundation.errors import ManifestError

_TOLD = {
    errno.ENOENT: "there is no such file",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.ELOOP: "it is a link that leads in a circle, to no file",
    errno.ENAMETOOLONG: "its name is too long for a file",
    errno.EISDIR: "it is a folder, not a file",
    errno.EACCES: "it cannot be read: its permissions, or those of a folder above it, forbid it",
    errno.EPERM: "it cannot be read: its permissions, or those of a folder above it, forbid it",
    errno.EIO: "the disk fails to read it",
}


def why(problem: OSError | ValueError) -> str:
    """Why a file could not be read, as a sentence about it. A ValueError is Python's about its name."""
    if isinstance(problem, UnicodeEncodeError):
        return "its name, or that of a folder above it, is not in UTF-8"
    if not isinstance(problem, OSError):
        return f"this cannot be the name of a file: {problem}"
    return _TOLD.get(problem.errno or 0, problem.strerror or str(problem))


def check_spelt(path: Path) -> None:
    """Fail before the work if a path cannot stand in tasks, reports and what is told.

    Raises: ManifestError.
    """
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError as problem:
        raise ManifestError(why(problem), file=path, cure="rename it, or choose another") from problem
