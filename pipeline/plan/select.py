"""A part of a plan, as operators choose it: a stage, a range of frames, the nth to the mth of its tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from foundation.errors import ManifestError
from foundation.times import FrameRange
from pipeline.plan.graph import Graph
from pipeline.plan.task import Task
from stages import STAGES
from stages.contracts import prepare


@dataclass(frozen=True)
class Selection:
    """Some of a plan's tasks.

    Attributes:
        only: a stage's name.
        frames: tasks that make any of these.
        part: by number, of what is left.
    """

    only: str | None = None
    frames: FrameRange | None = None
    part: FrameRange | None = None

    def __bool__(self) -> bool:
        return any((self.only, self.frames, self.part))

    def of(self, graph: Graph) -> list[Task]:
        """The chosen tasks, in order; none for frames in which nobody is drawn, as no scene shows them.

        Raises: ManifestError if the plan has none of them.
        """
        chosen, undrawn = list(graph), False
        if self.only is not None:
            if self.only not in STAGES:
                known = ", ".join(name for name in STAGES if any(task.stage == name for task in graph))
                raise ManifestError(f"--only: no stage is called {self.only!r}", cure=f"use one of {known}")
            chosen = [task for task in chosen if task.stage == self.only]
        if self.frames is not None:
            chosen, undrawn = self._making(self.frames, chosen, graph), any(task.chunk for task in chosen)
        if self.part is not None:
            chosen = chosen[self.part.start : self.part.stop]
        if not chosen and (self.part or not undrawn):
            raise ManifestError("the plan has no such tasks", cure="run `plan` to see which stages and frames it has")
        return chosen

    @staticmethod
    def _making(frames: FrameRange, tasks: list[Task], graph: Graph) -> list[Task]:
        """Those of the tasks that make any of the frames.

        Raises: ManifestError if all whose work they are have ended before.
        """
        chunks = [(task, task.chunk) for task in tasks if task.chunk]
        whose = {task.performer for task, _ in chunks}
        ends = [task.frames for task in graph if task.stage == prepare.CONTRACT.stage and task.performer in whose]
        if ends and frames.start >= max(ends):
            told = f"--frames begins with {frames.start}, and the last that is made is {max(ends) - 1}"
            raise ManifestError(told, cure="choose frames before that; `plan` shows who has which")
        return [task for task, chunk in chunks if chunk.meets(frames)]


def numbers(written: str | None, option: str) -> FrameRange | None:
    """ "0-99" as an operator writes it, both ends included; or one number.

    Raises: ManifestError if it is neither.
    """
    if written is None:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", written.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first:
        raise ManifestError(f"{option} is {written!r}", cure="write a range such as 0-99, or one number")
    return FrameRange(first, last + 1)
