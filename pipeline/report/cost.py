"""What the tasks of a plan will take, from what such tasks took before in the same work folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from foundation.artifacts import ArtifactStore
from foundation.housekeeping import inventory
from pipeline.plan.needs import engine_of, needs_of
from pipeline.plan.task import Task
from stages import STAGES


@dataclass
class Past:
    """What the finished tasks of one stage (and engine) took together. `memory`: the most of one, in bytes."""

    tasks: int = 0
    frames: int = 0
    seconds: float = 0.0
    memory: int = 0

    def of(self, task: Task) -> float:
        """Seconds that a task will take: by its frames, or like the mean of those before."""
        if self.frames and task.frames:
            return self.seconds / self.frames * task.frames
        return self.seconds / self.tasks


@dataclass
class Cost:
    """What one stage of a plan takes.

    Attributes:
        tasks, frames, seconds: of what is still to be done. done: tasks that are. memory: bytes of the largest task.
        past: how many finished tasks the estimate is made from; 0: it is the stage's own guess.
    """

    stage: str
    tasks: int = 0
    done: int = 0
    frames: int = 0
    seconds: float = 0.0
    memory: int = 0
    past: int = 0


def cost_of(tasks: Iterable[Task], store: ArtifactStore) -> list[Cost]:
    """A row a stage, in the stages' order."""
    past = _past(store)
    rows: dict[str, Cost] = {}
    for task in tasks:
        row = rows.setdefault(task.stage, Cost(task.stage))
        if store.find(task.stage, task.key):
            row.done += 1
            continue
        known = past.get(_kind(task.stage, engine_of(task)))
        row.tasks += 1
        row.frames += task.frames
        row.seconds += known.of(task) if known else task.cost / 1000
        row.memory = max(row.memory, known.memory if known else needs_of(task).memory)
        row.past = known.tasks if known else row.past
    return [rows[name] for name in STAGES if name in rows]


def _past(store: ArtifactStore) -> dict[str, Past]:
    """What all finished work took, by stage and engine."""
    found: dict[str, Past] = {}
    for one in inventory(store):
        try:
            label = store.label(one.stage, one.key)
            about, spent = label.about, label.spent
            row = found.setdefault(_kind(about["stage"], (about["settings"].get("engine") or {}).get("name")), Past())
            row.tasks += 1
            row.frames += int(about["frames"])
            row.seconds += float(spent["seconds"])
            row.memory = max(row.memory, int(spent["memory"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def _kind(stage: str, engine: object) -> str:
    return f"{stage} {engine or ''}".strip()
