"""Peak memory of a command and all its children, on Linux."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

EVERY_SECONDS = 0.25


def peak_memory(command: list[str], cwd: Path) -> int:
    """Run the command; the largest sum of proportional set sizes of its process tree, in bytes.

    Pages that processes share count once in all, as they do for the machine.
    Raises: CalledProcessError if the command fails.
    """
    peak = 0
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            peak = max(peak, sum(map(_resident, _tree(run.pid))))
            time.sleep(EVERY_SECONDS)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, command)
    return peak


def _tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, queue = [], [root]
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def _resident(pid: int) -> int:
    """Private memory, and its share of shared memory; 0 for a process that has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
