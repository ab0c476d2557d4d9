"""What a render leaves in the work folder once its result is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from enum import StrEnum

from pipeline.plan.graph import Graph
from pipeline.plan.needs import by_network
from pipeline.plan.task import Task

PASSING = frozenset(
    {
        "image_sequence",
        "faces_piece",
        "normalize_piece",
        "plate_frames",
        "plate_matte",
        "animate",
        "composite",
        "composite_plate",
        "merge",
        "measure_piece",
        "check_piece",
        "edit_join",
    }
)
"""Stages whose work takes much room, and is soon made again from what stays, or stands joined in what stays."""


class Keep(StrEnum):
    """all: everything. sources: what takes long to make for the room that it takes; frames that are soon made again go.
    nothing: what no other result needs goes, the result's own copy included."""

    ALL = "all"
    SOURCES = "sources"
    NOTHING = "nothing"


def is_passing(task: Task) -> bool:
    """Whether a task makes frames, or pieces, that only other tasks read: no report, and no command."""
    return task.stage in PASSING


def is_spare(task: Task, keep: Keep) -> bool:
    """Whether a task's artifact goes once nobody waits for it any more. What a network has made is dear."""
    if keep is Keep.SOURCES:
        return is_passing(task) and not by_network(task)
    return keep is Keep.NOTHING


class Shares:
    """Which results still need which tasks.

    Args:
        ends: of each result, the keys that make it.
    """

    def __init__(self, graph: Graph, ends: Iterable[Collection[str]]) -> None:
        self._graph = graph
        self._waiting = Counter(key for end in ends for key in graph.behind(end))

    def over(self, end: Collection[str]) -> list[Task]:
        """A result is delivered; call it once for each. Returns: the tasks that no other result needs."""
        behind = self._graph.behind(end)
        self._waiting.subtract(behind)
        return [self._graph.tasks[key] for key in behind if not self._waiting[key]]
