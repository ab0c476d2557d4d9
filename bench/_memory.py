"""Peak memory of a command and all its children, on Linux."""

from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path

import psutil

EVERY_SECONDS = 0.25


def peak_memory(command: list[str], cwd: Path) -> int:
    """Run the command; the largest sum of proportional set sizes of its process tree, in bytes.

    Pages that processes share count once in all, as they do for the machine.
    Raises: CalledProcessError if the command fails.
    """
    peak = 0
    with psutil.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            peak = max(peak, _resident(run))
            time.sleep(EVERY_SECONDS)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, command)
    return peak


def _resident(run: psutil.Popen) -> int:
    """Private memory of the process and all that descend from it, and their share of shared memory."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in [run, *run.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss
    return total
