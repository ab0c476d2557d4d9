"""sha256 of files, and how to notice that a file was written to without reading it all again."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from pathlib import Path

RACY_SECONDS = 2.0
"""What was changed so recently may change again without another stamp: clocks of file systems are as coarse as this."""


def digest_of(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal.

    Raises: OSError, also for what is no regular file: a device would never end, a pipe never begin.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stamp_of(about: os.stat_result) -> str:
    """Changes whenever somebody writes to a file, or puts another in its place: number, size, both times of change."""
    return f"{about.st_ino}:{about.st_size}:{about.st_mtime_ns}:{about.st_ctime_ns}"


class Digests:
    """sha256 of files, read again only when their stamps have changed."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[str, str]] = {}

    def of(self, path: Path) -> str:
        """The digest of a file as it is now.

        Raises: OSError.
        """
        about = path.stat()
        stamp = stamp_of(about)
        known = self._known.get(path)
        if known and known[0] == stamp:
            return known[1]
        digest = digest_of(path)
        if settled(about) and stamp_of(path.stat()) == stamp:
            self._known[path] = stamp, digest
        return digest


def settled(about: os.stat_result) -> bool:
    """Whether the next change of a file is sure to give it another stamp."""
    return time.time() - about.st_ctime > RACY_SECONDS
