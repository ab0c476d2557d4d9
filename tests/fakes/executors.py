"""An executor that starts nobody: renders by the dozen, without workers that load their libraries for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError
from foundation.events import Listener
from pipeline.executors.base import Circumstances, Executor
from pipeline.executors.run_task import run_task
from pipeline.plan.graph import Graph


class Here(Executor):
    """Runs the tasks one after the other, in this process."""

    remote = False

    def run(
        self, graph: Graph, wanted: Iterable[str], store: ArtifactStore, *, how: Circumstances, listen: Listener
    ) -> Mapping[str, DuetError]:
        for task in graph.needed_for(list(wanted), ()):
            run_task(task, store, lambda done, total: None)
        return {}
