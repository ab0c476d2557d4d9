"""A log for each task, in the work folder: JSON lines, whoever ran it, wherever. It outlives what the task made."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundation.plain_files import open_plain, read_plain
from pipeline.plan.needs import engine_of
from pipeline.plan.task import Task

LOGS = "logs"


@dataclass(frozen=True)
class Spent:
    """What a finished task took.

    Attributes:
        stage: its stage.
        engine: whose work it was, if it was one's.
        frames: how many it handled.
        seconds: of time.
        processor: of processor time, its children's included.
        memory: bytes at most.
        size: bytes of what it made.
    """

    stage: str
    engine: str | None
    frames: int
    seconds: float
    processor: float
    memory: int
    size: int


class TaskLog:
    """`<work>/logs/<stage>/<key>.jsonl`: lines of every attempt: started, notices, then finished, failed or again."""

    def __init__(self, root: Path, task: Task) -> None:
        self._root, self._name = root, _name(task.stage, task.key)
        self._who = {"host": socket.gethostname(), "pid": os.getpid(), "task": task.label}
        self._of = {"engine": engine_of(task), "frames": task.frames}

    def __call__(self, event: str, **about: Any) -> None:
        """Add a line. A log that cannot be written stops no work."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **self._who, **about}
        with contextlib.suppress(OSError):
            (self._root / self._name).parent.mkdir(parents=True, exist_ok=True)
            handle = open_plain(self._root, self._name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def finished(self, spent: Mapping[str, object], size: int) -> None:
        """The task's artifact is there. `spent`: as in its label. `size`: its bytes."""
        self("finished", **self._of, **spent, bytes=size)


def spent_on(root: Path, stage: str, key: str) -> Spent | None:
    """What a task took when it was last finished; None where no log tells."""
    try:
        lines = read_plain(root, _name(stage, key)).splitlines()
        told = next(line for line in map(json.loads, reversed(lines)) if line["event"] == "finished")
        return Spent(
            stage=stage,
            engine=None if told["engine"] is None else str(told["engine"]),
            frames=int(told["frames"]),
            seconds=float(told["seconds"]),
            processor=float(told["processor"]),
            memory=int(told["memory"]),
            size=int(told["bytes"]),
        )
    except (OSError, ValueError, KeyError, TypeError, StopIteration, RecursionError):
        return None


def all_spent(root: Path) -> Iterator[Spent]:
    """What every task took that was ever finished in a work folder, as far as its logs are kept."""
    for path in sorted(root.glob(f"{LOGS}/*/*.jsonl")):
        spent = spent_on(root, path.parent.name, path.stem)
        if spent is not None:
            yield spent


def _name(stage: str, key: str) -> str:
    return f"{LOGS}/{stage}/{key}.jsonl"
