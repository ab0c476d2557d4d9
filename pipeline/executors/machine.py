"""What this machine lets us use: processors and memory; within the limits of a container, a queue or the user."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.plan.needs import Needs

CGROUP = Path("/sys/fs/cgroup")
USED = 0.9
"""The part of the free memory that workers may take."""
SHARES = "DUET_SHARES"
"""Names the number of runs that share this machine: each takes its part of the processors and of the free memory."""


def shares() -> int:
    """How many runs share this machine, at least 1."""
    written = os.environ.get(SHARES, "")
    return max(1, int(written)) if written.isdecimal() else 1


def processors() -> int:
    """How many processors we may use, at least 1: affinity (taskset, Slurm), a container's quota, our share."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        count = os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = (CGROUP / "cpu.max").read_text().split()
        count = min(count, int(int(quota) / int(period)))
    return max(1, count // shares())


def free_memory() -> int | None:
    """Bytes that may still be used: of the machine, and of a container, our share; None where that cannot be told."""
    found = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        found.append(int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        most, used = ((CGROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        found.append(int(most) - int(used))
    return max(0, min(found)) // shares() if found else None


def worker_count(asked: int, needs: Sequence[Needs]) -> int:
    """How many workers to start: what was asked for, or as many as processors and memory allow; no more than tasks.

    Args:
        asked: 0 for as many as is good.
        needs: of every task that is to be done.
    """
    if asked or not needs:
        return max(1, min(asked, len(needs)))
    memory, largest = free_memory(), max(need.memory for need in needs)
    room = len(needs) if memory is None else int(memory * USED) // largest
    return max(1, min(processors(), room, len(needs)))
