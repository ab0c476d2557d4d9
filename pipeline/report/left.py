"""What a render still has to do, and what finished work spares it, in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.plan.graph import Graph

MOVING = ("animate", "demo")
"""The stages that take the time: the line counts their frames."""
MOST_NAMES = 3


@dataclass(frozen=True)
class Left:
    """Attributes:
    tasks: to do.
    frames: of each performer whose portrait moves: frames to animate, and together with those that are animated.
    stages: those with something to do, in the order of the tasks.
    """

    tasks: int
    frames: dict[str, tuple[int, int]]
    stages: tuple[str, ...]

    @property
    def text(self) -> str:
        """For a person: "only mona_lisa, 312 of 3800 frames"."""
        if not self.tasks:
            return "everything is there: the result is only put in its place"
        moving = [name for name, (left, _) in self.frames.items() if left]
        if not moving:
            return f"no frame is animated again: only {_listed(self.stages)}"
        left = sum(left for left, _ in self.frames.values())
        count = sum(count for _, count in self.frames.values())
        if left == count:
            return f"{_listed(moving)}, all {count} frames"
        only = "only " if len(moving) < len(self.frames) else ""
        return f"{only}{_listed(moving)}, {left} of {count} frames"


def left_of(graph: Graph, unfinished: Collection[str]) -> Left:
    """What of a plan must be made: what is behind finished work may be gone."""
    to_do, count = Counter[str](), Counter[str]()
    stages = dict.fromkeys(task.stage for task in graph if task.key in unfinished)
    for task in graph:
        if task.stage in MOVING and task.performer:
            count[task.performer] += task.frames
            to_do[task.performer] += task.frames if task.key in unfinished else 0
    frames = {name: (to_do[name], count[name]) for name in count}
    return Left(len(unfinished), frames, tuple(stages))


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
