"""What an executor is: it has workers, to whom the tasks of a graph are given, each once what it needs is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError
from foundation.events import Listener
from pipeline.executors.crew import Crew
from pipeline.executors.dispatch import Dispatch
from pipeline.plan.graph import Graph
from pipeline.plan.needs import Needs, needs_of


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
        store.sweep()
        run = Dispatch(graph, wanted, store, listen, keep_going=how.keep_going)
        if needs := [needs_of(task) for task in run.todo]:
            with self.crew(needs, store, how) as crew:
                run.finish(crew)
        return run.failed

    @abstractmethod
    def crew(self, needs: Sequence[Needs], store: ArtifactStore, how: Circumstances) -> AbstractContextManager[Crew]:
        """The workers of a run.

        Args:
            needs: of each of its tasks.
        """
