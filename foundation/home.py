"""Home folders in paths that people write."""

from __future__ import annotations

import os
from pathlib import Path


def expanded(written: str) -> Path:
    """The path that a text means: `~/x` and `~ann/x` begin in a home folder.

    What begins so and is no home folder is a file's name: `~take.mp4`, `./~take.mp4`.

    Raises: ValueError if a home folder is meant, and nobody has that name.
    """
    path = os.path.expanduser(written)  # noqa: PTH111  (Path takes every name with a ~ for somebody's, ./ before it or not)
    if path.startswith("~") and "/" in written:
        raise ValueError(f"{written!r} names no folder")
    return Path(path)
