"""Writing without half-written files: a temporary name, then `os.replace`."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foundation.errors import StageError

_CURES = {
    errno.ENOSPC: ("the disk is full", "free some space and run again: what is finished is kept"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run again: what is finished is kept"),
    errno.EACCES: ("it cannot be written", "choose a folder that you may write to"),
    errno.EPERM: ("it cannot be written", "choose a folder that you may write to"),
    errno.EROFS: ("the file system is read-only", "choose a folder that you may write to"),
    errno.ENOENT: ("the folder does not exist", "create it, or choose another"),
    errno.ENOTDIR: ("a part of its path is a file, not a folder", "choose another path"),
    errno.EEXIST: ("a file of that name is in the way", "choose another path"),
    errno.EISDIR: ("it is a folder", "choose a file name"),
    errno.ENAMETOOLONG: ("its name is too long", "choose a shorter one"),
}
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
"""Nothing but writing fails so, whatever file it was."""
_NOTHING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
"""Nothing is there, or a link that leads nowhere, which a file can take the place of."""
_SHORT = re.compile(r"\d+ requested and \d+ written")
"""All that NumPy says of a disk that fills up under an array."""


def write_error(problem: OSError, path: Path) -> StageError:
    """What the user is told when `path` could not be written."""
    told, cure = _CURES.get(_number(problem), (f"it cannot be written: {problem.strerror or problem}", None))
    return StageError(told, file=path, cure=cure)


def _number(problem: OSError) -> int:
    """The errno; 0 where there is none."""
    return problem.errno or (errno.ENOSPC if _SHORT.fullmatch(str(problem)) else 0)


def concerns_writing(problem: OSError, *places: Path) -> bool:
    """Whether an error that came while `places`, files or folders, were written is about them: a library that is
    missing, or an input that has gone, is not."""
    if _number(problem) in _DISK:
        return True
    named = [Path(os.fsdecode(name)) for name in (problem.filename, problem.filename2) if isinstance(name, str | Path)]
    return any(place in (path, *path.parents) for path in named for place in places)


def temporary_name(path: Path) -> Path:
    """An unused hidden name beside `path`, with its suffix."""
    return path.with_name(f".{secrets.token_hex(8)}.part{path.suffix}")


def to_disk(path: Path) -> None:
    """Wait until a file, or what a folder says of its files, would survive a power failure.

    Raises: OSError.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """A temporary name beside `path` that takes its place when the block ends without an error.

    On any error the temporary file is removed, and whatever stood at `path` stays as it was.

    Args:
        durable: have it on the disk when the block has ended, for results that nothing checks again.
    Raises: StageError if the file cannot be written; what else the block raises goes on as it is.
    """
    temporary = temporary_name(path)
    try:
        yield temporary
        if durable:
            to_disk(temporary)
        temporary.replace(path)
        if durable:
            to_disk(path.parent)
    except OSError as problem:
        if concerns_writing(problem, temporary, path) or problem.filename == path.parent:
            raise write_error(problem, path) from problem
        raise
    finally:
        with suppress(OSError):  # cleaning up must not hide the error that made it necessary
            temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """The folder, and those above it, made where they are missing.

    Raises: StageError if that cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise write_error(problem, folder) from problem


def check_writable(path: Path, *, making: bool = False) -> None:
    """Fail before the work rather than after it.

    Args:
        making: folders that are missing will be made.
    Raises: StageError if `path` is a folder, a device or a pipe, or its folder is missing or not writable.
    """
    try:
        folder = path.absolute().parent
        while making and not folder.exists() and folder != folder.parent:
            folder = folder.parent
        _check_replaceable(path)
        if not folder.exists():
            raise FileNotFoundError(errno.ENOENT, "")
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "")
    except OSError as problem:
        raise write_error(problem, path) from problem


def _check_replaceable(path: Path) -> None:
    """Raises: OSError, StageError if what is there, if anything, is no file that another can take the place of."""
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        if problem.errno in _NOTHING:
            return
        raise
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "")
    if not stat.S_ISREG(mode):
        raise StageError("it is a device or a pipe, not a file", file=path, cure="choose a file name")
