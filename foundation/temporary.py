"""Temporary folders that go even if their process was killed: the next one that makes some sweeps them up."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OLD_SECONDS = 24 * 3600
"""From when on a folder whose process is gone is nobody's: in another container, the same number may be somebody's."""
_OURS = re.compile(r"duet-[a-z]+-(\d+)-\w+")


@contextmanager
def temporary_folder(kind: str) -> Iterator[Path]:
    """A folder for as long as the block lasts.

    Args:
        kind: a word that says what for.
    """
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"duet-{kind}-{os.getpid()}-") as name:
        yield Path(name)


def _sweep(place: Path) -> None:
    for path in place.glob("duet-*-*-*"):
        named = _OURS.fullmatch(path.name)
        with suppress(OSError):
            about = path.lstat()
            ours = named and stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()
            if named and ours and time.time() - about.st_mtime > OLD_SECONDS and not _lives(int(named[1])):
                shutil.rmtree(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
