"""How a run is shown: a bar on a terminal, plain lines elsewhere, JSON lines when asked."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import Any

import typer
from tqdm import tqdm

from foundation.events import Event, Notice, TaskFinished, TaskProgress, TaskStarted
from pipeline.plan.graph import Graph

LINE_SECONDS = 10.0


class Progress:
    """Listens to a run and shows one figure for the whole job, weighed by the expected cost of its tasks."""

    def __init__(self, graph: Graph, *, as_json: bool) -> None:
        self._costs = {task.key: task.cost for task in graph}
        self._total = sum(self._costs.values())
        self._done = dict.fromkeys(self._costs, 0.0)
        self._json = as_json
        self._cached = 0.0
        self._began = self._told = time.monotonic()
        self._bar: Any = None
        if not as_json and sys.stderr.isatty():
            form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
            self._bar = tqdm(total=100.0, desc="starting", bar_format=form, file=sys.stderr, dynamic_ncols=True)

    def __call__(self, event: Event) -> None:
        if self._json:
            typer.echo(json.dumps({"event": type(event).__name__, **asdict(event)}, ensure_ascii=False))
        if isinstance(event, TaskProgress):
            self._done[event.key] = self._costs[event.key] * event.done / max(1, event.total)
        if isinstance(event, TaskFinished):
            self._done[event.key] = self._costs[event.key]
            self._cached += self._costs[event.key] if event.cached else 0.0
        if not self._json:
            self._show(event)

    def _show(self, event: Event) -> None:
        share = 100.0 * sum(self._done.values()) / self._total
        if isinstance(event, Notice):
            tqdm.write(event.text, file=sys.stderr)
        elif self._bar is not None:
            if isinstance(event, TaskStarted):
                self._bar.set_description_str(event.label)
            self._bar.update(share - self._bar.n)
        elif time.monotonic() - self._told >= LINE_SECONDS:
            self._told = time.monotonic()
            typer.echo(f"{share:3.0f} %, about {self._remaining():.0f} s left", err=True)

    def _remaining(self) -> float:
        """Seconds left, from how long the work done in this run took."""
        done = sum(self._done.values())
        spent = time.monotonic() - self._began
        return spent * (self._total - done) / max(done - self._cached, 1.0)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
