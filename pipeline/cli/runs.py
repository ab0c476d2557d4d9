"""Running a graph's tasks, as several commands do it: which executor, how, and what is shown meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError
from foundation.events import Event, Listener, Notice
from pipeline.cli.progress import Progress, Style
from pipeline.executors import load_executor
from pipeline.executors.base import Circumstances
from pipeline.plan.graph import Graph


@dataclass(frozen=True)
class Running:
    """How a command's tasks are run and shown."""

    executor: str = "local"
    how: Circumstances = field(default_factory=Circumstances)
    style: Style = "auto"

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
        notices: told first. also: hears every event after it has been shown.
    Returns:
        as Executor.run.
    Raises: DuetError.
    """
    progress = Progress(graph.needed_for(wanted, ()), running.style)

    def listen(event: Event) -> None:
        progress(event)
        if also:
            also(event)

    try:
        for text in notices:
            progress(Notice(text))
        return load_executor(running.executor).run(graph, wanted, store, how=running.how, listen=listen)
    finally:
        progress.close()
