"""Memory between two frames: what one frame has freed is the next one's, and is not fetched from the system again."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""
NEVER = 2**31 - 1
LARGEST_MAP = 2**30


def keep_pages() -> bool:
    """Have the C library keep freed memory in the process, large blocks included.

    A frame's activations are some hundred megabytes, freed and fetched again for each: the system then zeroes every
    page anew, about a tenth of the time of a frame. The process keeps its peak instead. It is the process's setting,
    so it also holds for what else runs there; a C library without it (not glibc) is left as it is.

    Returns: whether it holds now.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST_MAP)) and bool(mallopt(M_TRIM_THRESHOLD, NEVER))
