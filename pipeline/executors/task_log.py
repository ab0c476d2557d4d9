"""A log for each task, in the work folder: JSON lines, whoever ran it, wherever."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundation.plain_files import open_plain
from pipeline.plan.task import Task

LOGS = "logs"


class TaskLog:
    """`<work>/logs/<stage>/<key>.jsonl`: lines of every attempt: started, notices, then finished, failed or again."""

    def __init__(self, root: Path, task: Task) -> None:
        self._root, self._name = root, f"{LOGS}/{task.stage}/{task.key}.jsonl"
        self._who = {"host": socket.gethostname(), "pid": os.getpid(), "task": task.label}

    def __call__(self, event: str, **about: Any) -> None:
        """Add a line. A log that cannot be written stops no work."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **self._who, **about}
        with contextlib.suppress(OSError):
            (self._root / self._name).parent.mkdir(parents=True, exist_ok=True)
            handle = open_plain(self._root, self._name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
