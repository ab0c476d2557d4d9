"""The tasks of a job in an order that can be run, and what may run now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.plan.task import Task


@dataclass
class Graph:
    """Tasks by key, each added after those it needs; the same task added twice is one task."""

    tasks: dict[str, Task] = field(default_factory=dict)

    def add(self, task: Task) -> Task:
        """Add a task and return it, or the equal one that is there (a clip that two performers share is read once).

        Raises: ValueError if something that it needs has not been added.
        """
        missing = [key for key in task.needs if key not in self.tasks]
        if missing:
            raise ValueError(f"{task.label} needs tasks that are not in the graph: {missing}")
        return self.tasks.setdefault(task.key, task)

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks.values())

    def __len__(self) -> int:
        return len(self.tasks)

    def needed_for(self, wanted: Iterable[str], done: Collection[str]) -> list[Task]:
        """What must still run so that the `wanted` keys are there, in order: nothing behind a finished task."""
        open_keys = [key for key in wanted if key not in done]
        needed: set[str] = set()
        while open_keys:
            key = open_keys.pop()
            if key not in needed:
                needed.add(key)
                open_keys += [need for need in self.tasks[key].needs if need not in done]
        return [task for task in self if task.key in needed]
