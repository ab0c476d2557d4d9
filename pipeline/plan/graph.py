"""The tasks of a job in an order that can be run, and what may run now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from foundation.artifacts import ArtifactStore
from pipeline.plan.task import Task
from stages.contract import A, Contract, F, I, S
from stages.handles import Handle


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

    def plan(
        self, contract: Contract[S, I, F, A], settings: S, inputs: I, performer: str | None = None, frames: int = 0
    ) -> A:
        """Add a task of the stage whose contract this is; what it makes, as later stages take it.

        Args:
            performer: whose work it is, for messages.
            frames: how many it handles, to weigh progress.
        Raises:
            ValueError: a setting's value is not of its type.
        """
        task = self.add(Task.of(contract, settings, inputs, performer, frames))
        return contract.output(task.output)

    def task_of(self, made: Handle) -> Task:
        """The task that makes it."""
        return self.tasks[made.key]

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks.values())

    def __len__(self) -> int:
        return len(self.tasks)

    def needed_for(self, wanted: Iterable[str], done: Collection[str]) -> list[Task]:
        """What must still run so that the `wanted` keys are there, in order: nothing behind a finished task."""
        needed = self.behind(wanted, lambda task: task.key in done)
        return [task for task in self if task.key in needed]

    def behind(self, wanted: Iterable[str], there: Callable[[Task], bool] = lambda _: False) -> set[str]:
        """The keys of all that the `wanted` are made from, and theirs; nothing that is there, nor what lies behind it.

        Args:
            wanted: keys.
            there: asked once of each task that matters.
        """
        found: set[str] = set()
        looked: set[str] = set()
        open_keys = list(wanted)
        while open_keys:
            key = open_keys.pop()
            if key in looked:
                continue
            looked.add(key)
            task = self.tasks[key]
            if not there(task):
                found.add(key)
                open_keys += task.needs
        return found

    def unfinished(self, store: ArtifactStore) -> set[str]:
        """The keys of what must be made until all is there that no other task needs."""
        needed = {need for task in self for need in task.needs}
        ends = [key for key in self.tasks if key not in needed]
        return self.behind(ends, lambda task: store.find(task.stage, task.key) is not None)

    def part(self, keys: Iterable[str]) -> Graph:
        """The tasks behind these keys, in order."""
        return Graph({task.key: task for task in self.needed_for(keys, ())})
