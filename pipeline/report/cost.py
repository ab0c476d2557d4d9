"""What the tasks of a plan will take, from what such tasks took before in the same work folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from foundation.artifacts import ArtifactStore
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep, is_spare
from pipeline.plan.needs import engine_of, needs_of
from pipeline.plan.task import Task
from pipeline.plan.task_log import Spent, all_spent
from stages import STAGES


@dataclass
class Past:
    """What the finished tasks of one stage (and engine) took together. `memory`: the most of one, in bytes."""

    tasks: int = 0
    frames: int = 0
    seconds: float = 0.0
    memory: int = 0
    size: int = 0

    def add(self, spent: Spent) -> None:
        """One more of them."""
        self.tasks += 1
        self.frames += spent.frames
        self.seconds += spent.seconds
        self.memory = max(self.memory, spent.memory)
        self.size += spent.size

    def share(self, task: Task) -> float:
        """How much of all that a task like these takes: by its frames, or like the mean of those before."""
        return task.frames / self.frames if self.frames and task.frames else 1 / self.tasks


@dataclass
class Cost:
    """What one stage of a plan takes.

    Attributes:
        tasks, frames, seconds: of what is still to be done.
        done: tasks that are, or that nobody waits for any more.
        memory: bytes of the largest task.
        size: bytes that what is to be done leaves in the work folder.
        stays: of these, what stays once the result is checked.
        past: how many finished tasks the estimate is made from; 0: it is the stage's own guess.
    """

    stage: str
    tasks: int = 0
    done: int = 0
    frames: int = 0
    seconds: float = 0.0
    memory: int = 0
    size: int = 0
    stays: int = 0
    past: int = 0


def cost_of(graph: Graph, unfinished: Collection[str], store: ArtifactStore, keep: Keep) -> list[Cost]:
    """A row a stage, in the stages' order."""
    past: dict[tuple[str, str | None], Past] = {}
    for spent in all_spent(store.root):
        past.setdefault((spent.stage, spent.engine), Past()).add(spent)
    rows: dict[str, Cost] = {}
    for task in graph:
        row = rows.setdefault(task.stage, Cost(task.stage))
        if task.key not in unfinished:
            row.done += 1
            continue
        known = past.get((task.stage, engine_of(task)))
        size = round(known.size * known.share(task)) if known else task.room
        row.tasks += 1
        row.frames += task.frames
        row.seconds += known.seconds * known.share(task) if known else task.cost / 1000
        row.memory = max(row.memory, known.memory if known else needs_of(task).memory)
        row.size += size
        row.stays += 0 if is_spare(task, keep) else size
        row.past = known.tasks if known else row.past
    return [rows[name] for name in STAGES if name in rows]
