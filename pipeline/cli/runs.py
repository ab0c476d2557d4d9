"""Running a graph's tasks, as several commands do it: which executor, how, and what is shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from foundation.artifacts import ArtifactStore, Spoilt
from foundation.errors import CheckError, DuetError
from foundation.events import Event, Listener, Notice
from pipeline.cli.progress import Progress, Style
from pipeline.executors import load_executor
from pipeline.executors.base import Circumstances
from pipeline.executors.run_task import REPEATS
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep

Used = TypeVar("Used")


@dataclass(frozen=True)
class Running:
    """How a command's tasks are run and shown, and what stays of them once a result is delivered."""

    executor: str = "local"
    how: Circumstances = field(default_factory=Circumstances)
    style: Style = "auto"
    keep: Keep = Keep.ALL

    @property
    def as_json(self) -> bool:
        return self.style == "json"


def run_graph(
    graph: Graph,
    wanted: Collection[str],
    store: ArtifactStore,
    running: Running,
    *,
    notices: Iterable[str] = (),
    also: Listener | None = None,
) -> Mapping[str, DuetError]:
    """Make what is wanted.

    Args:
        notices: shown first.
        also: hears every event after it has been shown.
    Returns:
        as Executor.run.
    Raises: DuetError.
    """
    needed = graph.needed_for(wanted, ())
    progress = Progress(needed, running.style)

    def listen(event: Event) -> None:
        progress(event)
        if also:
            also(event)

    try:
        for text in notices:
            progress(Notice(text))
        with store.claims.hold(task.key for task in needed):
            return load_executor(running.executor).run(graph, wanted, store, how=running.how, listen=listen)
    finally:
        progress.close()


def make_and_use(
    graph: Graph,
    wanted: Collection[str],
    store: ArtifactStore,
    running: Running,
    use: Callable[[], Used],
    *,
    notices: Iterable[str] = (),
    also: Listener | None = None,
) -> Used:
    """Make what is wanted, then use it; what others remove or damage in between is made again.

    Args:
        use: may be called several times.
        notices, also: as in run_graph.
    Returns: what `use` returns.
    Raises: DuetError.
    """
    for _ in range(REPEATS):
        run_graph(graph, wanted, store, running, notices=notices, also=also)
        notices = ()
        try:
            return use()
        except CheckError:
            raise
        except DuetError as error:
            if not isinstance(error, Spoilt) and all(store.find(graph.tasks[key].stage, key) for key in wanted):
                raise
            lost = error
    raise lost
