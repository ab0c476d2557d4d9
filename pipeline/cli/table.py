"""What a plan holds, stage by stage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection

import typer

from pipeline.plan.graph import Graph
from stages import STAGES


def show_tasks(graph: Graph, unfinished: Collection[str], *, as_json: bool = False) -> None:
    """A line a stage: tasks, frames, how many are done; or a JSON line a task that is not."""
    counts, frames, done = Counter[str](), Counter[str](), Counter[str]()
    for task in graph:
        there = task.key not in unfinished
        counts[task.stage] += 1
        frames[task.stage] += task.frames
        done[task.stage] += there
        if as_json and not there:
            typer.echo(json.dumps({"event": "WouldRun", "key": task.key, "stage": task.stage, "label": task.label}))
    for name, spec in STAGES.items():
        if counts[name] and not as_json:
            count = f"{counts[name]} task{'s' if counts[name] > 1 else ''}"
            typer.echo(f"{name:10} {count:>9} {frames[name]:>7} frames {done[name]:>4} done   {spec.does}")
    if not as_json:
        typer.echo(f"{sum(counts.values())} tasks, {sum(done.values())} done")
