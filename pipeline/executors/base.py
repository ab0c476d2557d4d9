"""What an executor is: it runs the tasks of a graph, each once what it needs is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from foundation.artifacts import ArtifactStore
from foundation.events import Listener
from pipeline.plan.graph import Graph


@dataclass(frozen=True)
class Capabilities:
    """What an executor can do.

    Attributes:
        parallel: runs several tasks at once.
        remote: runs tasks on other machines, so the store must lie on shared storage.
    """

    parallel: bool
    remote: bool


class Executor(ABC):
    """Runs tasks through run_task."""

    capabilities: ClassVar[Capabilities]

    @abstractmethod
    def run(self, graph: Graph, wanted: Iterable[str], store: ArtifactStore, *, workers: int, listen: Listener) -> None:
        """See to it that the artifacts of the `wanted` keys are in the store.

        Args:
            workers: how many tasks at once, 1 or more.
            listen: told of every start, progress and finish, from the calling thread.
        Raises:
            DuetError: the first task that failed, located; tasks that were running are stopped, finished ones stay.
            KeyboardInterrupt: passed on after every worker has been stopped.
        """
