"""What commands leave in the work folder when their results are delivered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated

import typer

from foundation.artifacts import ArtifactStore
from foundation.events import Event, TaskFinished
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep, Shares, is_passing, is_spare

KeepOption = Annotated[
    Keep,
    typer.Option(
        "--keep",
        envvar="DUET_KEEP",
        help="What stays in the work folder once a result is checked: all, what its frames are made from, or nothing.",
    ),
]


class Passing:
    """Makes room while a run goes on: frames go as soon as everything that reads them is finished. Hears its events.

    Args:
        wanted: keys that are read when it is over.
    """

    def __init__(self, store: ArtifactStore, keep: Keep, graph: Graph, wanted: Collection[str]) -> None:
        self._store, self._graph = store, graph
        self._waiting: dict[str, set[str]] = {}
        needed = () if keep is Keep.ALL else graph.needed_for(wanted, ())
        for task in needed:
            for key in task.needs:
                self._waiting.setdefault(key, set()).add(task.key)
        kept = {task.key for task in needed if not (is_passing(task) and is_spare(task, keep))}
        for key in kept.union(wanted):
            self._waiting.pop(key, None)

    def __call__(self, event: Event) -> None:
        if not isinstance(event, TaskFinished):
            return
        over = set()
        for key in self._graph.tasks[event.key].needs:
            users = self._waiting.get(key)
            if users:
                users.discard(event.key)
                over |= set() if users else {key}
        for key in self._store.claims.unclaimed(over) if over else ():
            self._store.discard(self._graph.tasks[key].stage, key)


class Keeping:
    """Makes room in a work folder as results are delivered. What other runs at work need stays."""

    def __init__(self, store: ArtifactStore, keep: Keep, graph: Graph, ends: Iterable[Collection[str]]) -> None:
        self._store, self._keep = store, keep
        self._shares = Shares(graph, ends if keep is not Keep.ALL else ())

    def delivered(self, end: Collection[str]) -> None:
        """A result has been delivered. Whatever is removed and needed again is made again."""
        if self._keep is Keep.ALL:
            return
        spare = {task.key: task for task in self._shares.over(end) if is_spare(task, self._keep)}
        for key in self._store.claims.unclaimed(spare):
            self._store.discard(spare[key].stage, key)
