"""The workers of an executor, as the dispatcher sees them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from foundation.errors import StageError
from pipeline.executors.messages import Lost, Message
from pipeline.plan.needs import Needs, needs_of
from pipeline.plan.task import Task


@dataclass(eq=False, kw_only=True)
class Worker:
    """One worker.

    Attributes:
        has_device: a GPU of its own.
        task: what it works on.
        model: the model files that it has loaded.
    """

    has_device: bool = False
    task: Task | None = None
    model: tuple[str, ...] = field(default=())


def lost(worker: Worker, problem: str, cure: str) -> StageError:
    """What is told of a worker that is lost, and of its task with it."""
    task = worker.task
    performer, stage = (task.performer, task.stage) if task else (None, None)
    return StageError(problem, performer=performer, stage=stage, cure=cure)


class Crew(ABC):
    """Workers; leaving the block stops them, whatever they are doing.

    Attributes:
        workers: all that live.
        attempts: how often a task is given out before a lost worker counts as its failure.
        memory: bytes that all running tasks may take together; None: the workers see to it.
    """

    def __init__(self, attempts: int, memory: int | None = None) -> None:
        self.workers: list[Worker] = []
        self.attempts = attempts
        self.memory = memory

    @abstractmethod
    def __enter__(self) -> Crew:
        """Start the workers."""

    @abstractmethod
    def __exit__(self, *exception: Any) -> None:
        """Stop them."""

    @abstractmethod
    def give(self, worker: Worker, task: Task, check: Collection[str]) -> None:
        """Have a free worker run a task; `check` is as in run_task."""

    @abstractmethod
    def hear(self, seconds: float | None) -> list[tuple[Worker, Message]]:
        """What busy workers say; waits so long for the first word, None: as long as it takes.

        A worker that is Lost has been replaced, or taken off the list.
        """

    @abstractmethod
    def replace(self, worker: Worker) -> Lost:
        """End a worker that hangs, and have another in its place; what to tell."""

    @property
    def busy(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.task]

    @property
    def idle(self) -> list[Worker]:
        return [worker for worker in self.workers if not worker.task]

    def suits(self, worker: Worker, needs: Needs) -> bool:
        """Whether a worker can run something of these needs now, beside what the others do."""
        # A GPU's worker is kept for what needs one, as long as there are others.
        mixed = any(other.has_device is not worker.has_device for other in self.workers)
        if mixed and bool(needs.gpus) is not worker.has_device:
            return False
        if self.memory is None:
            return True
        taken = sum(needs_of(other.task).memory for other in self.workers if other.task)
        return not taken or taken + needs.memory <= self.memory
