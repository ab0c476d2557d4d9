"""In which order a job's tasks are begun, where there is a choice."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from pipeline.plan.graph import Graph
from pipeline.plan.task import Task
from stages.contracts import edit


def soonest_over(graph: Graph) -> Graph:
    """The same tasks, in an order that can be run.

    What takes no time to speak of comes first, then what one task does for a whole clip or for the result, the longest
    way to the end before others (Kelley and Walker, 1959, critical path), then frames, by their place in the result: so
    each piece of the edit is drawn when what it shows is there, and not after all that is shown anywhere.
    """
    left: dict[str, float] = {}
    users: dict[str, list[str]] = {key: [] for key in graph.tasks}
    for task in reversed(list(graph)):
        left[task.key] = task.cost + max((left[user] for user in users[task.key]), default=0.0)
        for need in set(task.needs):
            users[need].append(task.key)
    lacking = {task.key: len(set(task.needs)) for task in graph}
    number = {key: at for at, key in enumerate(graph.tasks)}

    def entry(key: str) -> tuple[int, float, int, str]:
        task = graph.tasks[key]
        at = _begin(task)
        if at is not None:
            return 2, at, number[key], key
        return (1, -left[key], number[key], key) if task.spec.cost else (0, 0.0, number[key], key)

    ready = [entry(key) for key, count in lacking.items() if not count]
    heapify(ready)
    ordered = Graph()
    while ready:
        key = heappop(ready)[-1]
        ordered.add(graph.tasks[key])
        for user in users[key]:
            lacking[user] -= 1
            if not lacking[user]:
                heappush(ready, entry(user))
    return ordered


def _begin(task: Task) -> int | None:
    """The first of the frames that a task makes, where it is one of many that make some."""
    made = task.settings.piece if isinstance(task.settings, edit.Settings) else task.chunk
    return None if made is None else made.start
