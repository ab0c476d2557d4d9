"""Files in folders that others may write to, too: opened and looked at only if no link leads to them."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath

_LARGEST = 64 << 20
"""Bytes: what we write there and read as a whole is far smaller."""


def open_plain(root: Path, name: str, flags: int) -> int:
    """A handle of the file `name` in `root`. `root` itself may be reached by links, nothing below it.

    Args:
        name: of plain parts, with slashes between. flags: as of os.open.
    Raises: OSError, also for links, and for what is no file with a single name (a pipe would keep us waiting).
    """
    *folders, last = PurePosixPath(name).parts
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        handle = os.open(last, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666, dir_fd=here)
    finally:
        os.close(here)
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        os.close(handle)
        raise OSError(errno.EINVAL, "is no plain file", str(root / name))
    return handle


def read_plain(root: Path, name: str) -> bytes:
    """What is in such a file.

    Raises: OSError as open_plain, and if it is larger than anything that we write.
    """
    with os.fdopen(open_plain(root, name, os.O_RDONLY), "rb") as file:
        if os.fstat(file.fileno()).st_size > _LARGEST:
            raise OSError(errno.EFBIG, "is too large", str(root / name))
        return file.read()


def stat_plain(path: Path) -> os.stat_result:
    """What the system says of a file.

    Raises: OSError, also if it is a link, or no file.
    """
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "is no plain file", str(path))
    return about
