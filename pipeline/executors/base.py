"""What an executor is: it runs the tasks of a graph, each once what it needs is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError
from foundation.events import Listener
from pipeline.plan.graph import Graph


@dataclass(frozen=True)
class Circumstances:
    """How a run is done; nothing here changes a result.

    Attributes:
        workers: how many tasks at once; 0 takes as many as processors and memory allow.
        keep_going: a failed task stops only what needs it.
        online: workers may download what they lack.
        address: where a remote executor's cluster is.
    """

    workers: int = 0
    keep_going: bool = False
    online: bool = True
    address: str | None = None


class Executor(ABC):
    """Runs tasks through run_task.

    Class attributes:
        remote: it runs them on other machines, so the store must lie on shared storage.
    """

    remote: ClassVar[bool]

    @abstractmethod
    def run(
        self, graph: Graph, wanted: Iterable[str], store: ArtifactStore, *, how: Circumstances, listen: Listener
    ) -> Mapping[str, DuetError]:
        """See to it that the artifacts of the `wanted` keys are in the store, and sound.

        Args:
            listen: told of every start, progress and finish, from the calling thread.
        Returns:
            with `how.keep_going`, why the tasks that failed, and those that need them, are not done, by key; else
            nothing.
        Raises:
            DuetError: without `how.keep_going`, the first task that failed, located; tasks that were running are
                stopped, finished ones stay.
            KeyboardInterrupt, Interrupted: passed on after every worker has been stopped.
        """
