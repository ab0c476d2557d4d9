"""What a work folder holds, and making room in it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.artifacts import LABEL, ArtifactStore
from foundation.label import is_sha256
from foundation.plain_files import plain_folders


@dataclass(frozen=True)
class Kept:
    """One artifact on disk. `size`: bytes of all its files. `used`: when it last was, seconds since the epoch."""

    stage: str
    key: str
    size: int
    used: float


def inventory(store: ArtifactStore) -> Iterator[Kept]:
    """Every finished artifact, whether it is still whole or not."""
    for folder in sorted(_folders(store.root)):
        try:
            size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
            marked = folder / LABEL if (folder / LABEL).exists() else folder
            yield Kept(folder.parent.name, folder.name, size, marked.lstat().st_mtime)
        except OSError:
            continue  # somebody has just removed it


def _folders(root: Path) -> Iterator[Path]:
    """Where artifacts lie, or something that took the place of one."""
    with contextlib.suppress(OSError):
        for stage in plain_folders(root):
            yield from (folder for folder in stage.glob("[0-9a-f]*") if is_sha256(folder.name))


def superfluous(kept: list[Kept], *, older_than: float | None, most_bytes: int | None, now: float) -> list[Kept]:
    """What to remove: all that was not used for `older_than` seconds, then the longest unused until the rest fits.

    Args:
        older_than, most_bytes: None: no such limit.
    """
    by_age = sorted(kept, key=lambda one: (one.used, one.stage, one.key))
    chosen = [one for one in by_age if older_than is not None and now - one.used > older_than]
    if most_bytes is not None:
        gone = set(chosen)
        rest = [one for one in by_age if one not in gone]
        left = sum(one.size for one in rest)
        for one in rest:
            if left <= most_bytes:
                break
            chosen.append(one)
            left -= one.size
    return chosen


def clean(store: ArtifactStore, chosen: list[Kept]) -> int:
    """Remove artifacts, and what dead processes have left; bytes that were freed.

    A run that needs one of them makes it again.
    """
    store.sweep()
    for one in chosen:
        store.discard(one.stage, one.key)
    return sum(one.size for one in chosen)


def logs_older_than(root: Path, seconds: float) -> list[Path]:
    """The tasks' logs that nobody has written to for so long."""
    now = time.time()
    logs = (path for stage in plain_folders(root / "logs") for path in stage.glob("*.jsonl"))
    return [path for path in logs if now - path.lstat().st_mtime > seconds]
