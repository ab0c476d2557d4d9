"""The most memory that a task took."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


class Peak:
    """The peak of this process's resident memory from now on (Linux), or of its whole life (elsewhere)."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets the peak resident set size
            self._own = True
        except OSError:
            self._own = False

    def bytes(self) -> int:
        """The peak so far."""
        if self._own:
            for line in STATUS.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
