"""How a run is shown: a bar on a terminal, plain lines elsewhere, JSON lines or a farm's own lines when asked."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal

import typer

from foundation.events import Event, Notice, TaskFailed, TaskFinished, TaskProgress, TaskRepeated, TaskStarted
from foundation.printable import printable
from pipeline.plan.task import Task

LINE_SECONDS = 10.0
Style = Literal["auto", "json", "openjd"]


class Progress:
    """Listens to a run and shows one figure for the whole of it, weighed by the expected cost of its tasks.

    Args:
        tasks: of the run.
        style: "json": a line an event on stdout; "openjd": lines that Open Job Description's sessions understand;
            "auto": a bar on a terminal, else a line now and then.
    """

    def __init__(self, tasks: Iterable[Task], style: Style) -> None:
        self._costs = {task.key: task.cost for task in tasks}
        self._total = sum(self._costs.values()) or 1.0
        self._each: dict[str, float] = {}
        self._done = self._cached = 0.0
        self._style = style
        self._began = self._told = time.monotonic()
        self._bar: Any = None
        if style == "auto" and sys.stderr.isatty():
            from tqdm import tqdm  # a terminal's bar: farms and planning need none

            form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
            self._bar = tqdm(total=100.0, desc="starting", bar_format=form, file=sys.stderr, dynamic_ncols=True)

    def __call__(self, event: Event) -> None:
        self._count(event)
        if self._style == "json":
            seconds = round(self._remaining(), 1) if self._done > self._cached else None
            whole = {"percent": round(self.percent, 2), "seconds_left": seconds}
            line = {"event": type(event).__name__, **asdict(event), **whole}
            typer.echo(json.dumps(line, ensure_ascii=False))
        elif self._style == "openjd":
            self._show_openjd(event)
        else:
            self._show(event)

    @property
    def percent(self) -> float:
        return 100.0 * self._done / self._total

    def _count(self, event: Event) -> None:
        if isinstance(event, TaskProgress):
            self._set(event.key, event.done / max(1, event.total))
        elif isinstance(event, TaskFinished | TaskFailed):
            self._set(event.key, 1.0)
            if isinstance(event, TaskFinished) and event.cached:
                self._cached += self._costs.get(event.key, 0.0)
        elif isinstance(event, TaskRepeated):
            self._set(event.key, 0.0)

    def _set(self, key: str, part: float) -> None:
        now = self._costs.get(key, 0.0) * part
        self._done += now - self._each.get(key, 0.0)
        self._each[key] = now

    def _show_openjd(self, event: Event) -> None:
        """Open Job Description, "How Jobs Are Run": progress, status and failure are printed on stdout."""
        if isinstance(event, TaskFailed):
            typer.echo(f"openjd_fail: {event.label}: {event.error}")
        elif isinstance(event, TaskStarted):
            typer.echo(f"openjd_status: {event.label}")
        elif not isinstance(event, Notice):
            typer.echo(f"openjd_progress: {self.percent:.1f}")

    def _show(self, event: Event) -> None:
        told = event.text if isinstance(event, Notice) else None
        if isinstance(event, TaskFailed):
            told = f"failed: {event.error}"
        elif isinstance(event, TaskRepeated):
            told = f"again: {event.label}: {event.why}"
        if told is not None:
            self._say(told)
        elif self._bar is not None:
            if isinstance(event, TaskStarted):
                self._bar.set_description_str(event.label)
            self._bar.update(self.percent - self._bar.n)
        elif time.monotonic() - self._told >= LINE_SECONDS:
            self._told = time.monotonic()
            self._say(f"{self.percent:3.0f} %, about {self._remaining():.0f} s left")

    def _say(self, line: str) -> None:
        """A line on stderr, above the bar if there is one."""
        line = printable(line)
        if self._bar is None:
            typer.echo(line, err=True)
        else:
            self._bar.write(line, file=sys.stderr)

    def _remaining(self) -> float:
        """Seconds left, from how long the work done in this run took. Sums of costs end a hair beyond their total."""
        spent = time.monotonic() - self._began
        return max(0.0, spent * (self._total - self._done) / max(self._done - self._cached, 1.0))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
