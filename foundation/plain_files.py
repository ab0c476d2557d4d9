"""Files in folders that others may write to, too: opened and looked at only if no link leads to them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from foundation.atomic import temporary_name

_LARGEST = 64 << 20
"""Bytes: what we write there and read as a whole is far smaller."""


def open_plain(root: Path, name: str, flags: int) -> int:
    """A handle of the file `name` in `root`. `root` itself may be reached by links, nothing below it.

    Args:
        name: of plain parts, with slashes between.
        flags: as for os.open.
    Raises: OSError, also for links, and for what is no file with a single name (a pipe would keep us waiting).
    """
    with _folder_of(root, name) as (here, last):
        handle = os.open(last, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666, dir_fd=here)
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


def write_plain(root: Path, name: str, data: bytes) -> None:
    """Make it such a file, whole or not at all; its folder is there.

    Raises: OSError as open_plain.
    """
    with _folder_of(root, name) as (here, last):
        temporary = temporary_name(Path(last)).name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(temporary, flags, 0o666, dir_fd=here), "wb") as file:
                file.write(data)
            os.replace(temporary, last, src_dir_fd=here, dst_dir_fd=here)
        finally:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=here)


def plain_folders(folder: Path) -> list[Path]:
    """The folders right in `folder`, but for hidden ones, to which no link leads; none if one leads to itself.

    What vanishes is none.
    """
    with suppress(OSError):
        if not folder.is_symlink():
            shown = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
            return sorted(Path(entry) for entry in shown if entry.is_dir(follow_symlinks=False))
    return []


@contextmanager
def _folder_of(root: Path, name: str) -> Iterator[tuple[int, str]]:
    """A handle of the folder of `name`, and the last part of it.

    Raises: OSError, also for links.
    """
    *folders, last = PurePosixPath(name).parts
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        yield here, last
    finally:
        os.close(here)


def stat_plain(path: Path) -> os.stat_result:
    """What the system says of a file.

    Raises: OSError, also if it is a link, or no file.
    """
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "is no plain file", str(path))
    return about
