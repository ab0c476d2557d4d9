"""In which order a job's tasks are begun, where there is a choice."""

from __future__ import annotations

from graphlib import TopologicalSorter
from heapq import heappop, heappush

from pipeline.plan.graph import Graph
from pipeline.plan.task import Task
from stages.contracts import edit


def soonest_over(graph: Graph) -> Graph:
    """The same tasks, in an order that can be run.

    What takes no time to speak of comes first, then what one task does for a whole clip or for the result, the longest
    way to the end before others (Kelley and Walker, 1959, critical path), then frames, by their place in the result: so
    each piece of the edit is drawn when what it shows is there, and not after all that is shown anywhere.
    """
    left = dict.fromkeys(graph.tasks, 0.0)
    for task in reversed(list(graph)):
        left[task.key] += task.cost
        for need in task.needs:
            left[need] = max(left[need], left[task.key])
    number = {key: at for at, key in enumerate(graph.tasks)}

    def entry(key: str) -> tuple[int, float, int, str]:
        task = graph.tasks[key]
        at = _begin(task)
        if at is not None:
            return 2, at, number[key], key
        return (1, -left[key], number[key], key) if task.spec.cost else (0, 0.0, number[key], key)

    ready: list[tuple[int, float, int, str]] = []
    sorter = TopologicalSorter({task.key: task.needs for task in graph})
    sorter.prepare()
    ordered = Graph()
    while sorter.is_active():
        for key in sorter.get_ready():
            heappush(ready, entry(key))
        key = heappop(ready)[-1]
        ordered.add(graph.tasks[key])
        sorter.done(key)
    return ordered


def _begin(task: Task) -> int | None:
    """The first of the frames that a task makes, where it is one of many that make some."""
    made = task.settings.piece if isinstance(task.settings, edit.Settings) else task.chunk
    return None if made is None else made.start
