"""Memory between two frames: what one frame has freed is the next one's, and is not fetched from the system again."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Parameters of mallopt(3)."""
MB = 1 << 20
ALL, ALWAYS = 2**30, 2**31 - 1
"""Blocks up to this size, and freed memory up to this size, stay: everything does."""


def keep_pages(largest: int = ALL, free: int = ALWAYS) -> bool:
    """Have the C library keep freed memory in the process, large blocks included.

    A frame's arrays are megabytes, a network's activations some hundred, freed and fetched again for each frame: the
    system then zeroes every page anew, about a tenth of the time of a frame. The process keeps its peak instead, or
    what `free` allows. It is the process's setting, so it also holds for what else runs there; a C library without it
    (not glibc) is left as it is.

    Args:
        largest: bytes; larger blocks go back at once.
        free: bytes; more than this, at the heap's end, goes back.
    Returns: whether it holds now.
    """
    mallopt = _of_library("mallopt")
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, largest)) and bool(mallopt(M_TRIM_THRESHOLD, free))


def share_heap() -> bool:
    """Have the threads that begin from now on take memory where the first one does, not each from a heap of its own.

    What a thread has freed in its own heap is of no use to others, and most of it cannot be given back. For processes
    whose threads compute more than they fetch memory: those who fetch some at the same time wait for one another.

    Returns: whether it holds now.
    """
    mallopt = _of_library("mallopt")
    return mallopt is not None and bool(mallopt(M_ARENA_MAX, 1))


def give_pages_back() -> bool:
    """Give the system what is free anywhere in the heap (malloc_trim(3)), between two pieces of work.

    What is freed between blocks that stay is kept otherwise, and other work can use little of it: a process that
    looks at piece after piece of a clip would grow with the clip.

    Returns: whether anything was given back; False where the C library cannot.
    """
    trim = _of_library("malloc_trim")
    return trim is not None and bool(trim(0))


def _of_library(name: str) -> Callable[..., int] | None:
    """A function of the C library; None where it has none of this name, or is not glibc."""
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return found
