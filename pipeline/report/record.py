"""What a run did and how long it took: kept in the work folder, so that a report can be written afterwards."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from foundation.artifacts import ArtifactStore
from foundation.atomic import make_folder
from foundation.errors import StageError
from foundation.events import Event, TaskFinished
from foundation.plain_files import read_plain, write_plain
from pipeline.plan.graph import Graph
from pipeline.plan.task_log import spent_on
from stages import STAGES

RUNS = "runs"


@dataclass
class Recorder:
    """Listens to a run. `cached`: the keys of the tasks whose work was there already."""

    cached: set[str] = field(default_factory=set)
    _began: float = field(default_factory=time.monotonic)

    def __call__(self, event: Event) -> None:
        if isinstance(event, TaskFinished) and event.cached:
            self.cached.add(event.key)

    def keep(self, store: ArtifactStore, key: str) -> dict[str, Any]:
        """Write the record of the result `key`; the record. Where all is done, the work folder may be read-only."""
        record = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self._began, 2),
            "cached": sorted(self.cached),
        }
        with suppress(StageError, OSError):
            make_folder(store.root / RUNS)
            write_plain(store.root, f"{RUNS}/{key}.json", json.dumps(record, indent=1).encode())
        return record


def read_record(store: ArtifactStore, key: str) -> dict[str, Any] | None:
    """The record of the last run that made this result; None if there is none."""
    try:
        record: dict[str, Any] = json.loads(read_plain(store.root, f"{RUNS}/{key}.json"))
    except (OSError, ValueError):
        return None
    return record


def stage_rows(graph: Graph, store: ArtifactStore, cached: set[str]) -> list[dict[str, Any]]:
    """One row a stage: tasks, how many of them were there already, frames, and the seconds of work that all took."""
    rows = {name: {"stage": name, "tasks": 0, "cached": 0, "frames": 0, "seconds": 0.0} for name in STAGES}
    for task in graph:
        row: dict[str, Any] = rows[task.stage]
        row["tasks"] += 1
        row["cached"] += task.key in cached
        row["frames"] += task.frames
        row["seconds"] = round(row["seconds"] + _seconds(store, task.stage, task.key), 3)
    return [row for row in rows.values() if row["tasks"]]


def _seconds(store: ArtifactStore, stage: str, key: str) -> float:
    """How long a task took, as its artifact tells; the log, where that has made room."""
    try:
        return float(store.label(stage, key).spent["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        spent = spent_on(store.root, stage, key)
        return 0.0 if spent is None else spent.seconds
