"""What commands leave in the work folder when their results are delivered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated

import typer

from foundation.artifacts import ArtifactStore
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep, Shares, is_spare

KeepOption = Annotated[
    Keep,
    typer.Option(
        "--keep",
        envvar="DUET_KEEP",
        help="What stays in the work folder once a result is checked: all, what its frames are made from, or nothing.",
    ),
]


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
