"""A farm on paper: the tasks of a plan, what each takes, and how long so many machines need for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from pipeline.plan.graph import Graph
from pipeline.plan.needs import engine_of
from pipeline.plan.task_log import Spent


@dataclass(frozen=True)
class Work:
    """A task.

    Attributes:
        needs: the numbers of the works that come first; each lower than its own.
        seconds: of a machine.
        size: bytes of what it makes.
        card: seconds of a GPU, while the machine does its own.
    """

    stage: str
    needs: tuple[int, ...]
    seconds: float
    size: float = 0.0
    card: float = 0.0


@dataclass(frozen=True)
class Line:
    """What the tasks of a stage take: a + b times the frames, of seconds of a processor, and of bytes."""

    seconds: tuple[float, float]
    size: tuple[float, float]


Lines = Mapping[tuple[str, str | None], Line]
"""By stage and engine."""


def lines(measured: Iterable[Spent]) -> Lines:
    """A line through what was measured of each stage (and engine), by least squares."""
    by_kind: dict[tuple[str, str | None], list[Spent]] = defaultdict(list)
    for spent in measured:
        by_kind[spent.stage, spent.engine].append(spent)
    return {
        kind: Line(
            _line([one.frames for one in rows], [one.processor for one in rows]),
            _line([one.frames for one in rows], [float(one.size) for one in rows]),
        )
        for kind, rows in by_kind.items()
    }


def _line(frames: Sequence[int], values: Sequence[float]) -> tuple[float, float]:
    """Neither part is below 0; where all tasks are of one length, what a frame takes."""
    count, told = np.asarray(frames, float), np.asarray(values, float)
    if not count.any():
        return float(told.mean()), 0.0
    slope, base = np.polyfit(count, told, 1) if np.ptp(count) > 0 else (-1.0, 0.0)
    if slope <= 0 or base < 0:
        return 0.0, float(told.sum() / count.sum())
    return float(base), float(slope)


PIECES = {"faces_piece": "faces", "normalize_piece": "normalize"}
"""Stages that do a piece of what another does, and that short jobs have none of: a frame of it takes the same."""
JOINED = {"check": "check_piece"}
"""Stages that do less where others have done pieces of their work."""


def joined(stage: str) -> str:
    """What a stage of JOINED is called in Lines where pieces are done for it."""
    return f"{stage}, joined"


def works_of(graph: Graph, known: Lines) -> list[Work]:
    """The tasks of a plan, in its order. A stage of which nothing is known takes what the table of stages guesses."""
    numbers: dict[str, int] = {}
    made: list[Work] = []
    for task in graph:
        joins = JOINED.get(task.stage) in {graph.tasks[key].stage for key in task.needs}
        stage = joined(task.stage) if joins else PIECES.get(task.stage, task.stage)
        kind = stage, engine_of(task)
        line = known.get(kind) or Line((task.cost / 1000, 0.0), (float(task.room), 0.0))
        needs = tuple(numbers[key] for key in dict.fromkeys(task.needs))
        seconds, size = (base + each * task.frames for base, each in (line.seconds, line.size))
        numbers[task.key] = len(made)
        made.append(Work(task.stage, needs, seconds, size))
    return made


def seconds_on(machines: int, works: Sequence[Work]) -> float:
    """How long so many machines take, each of one processor and one worker."""
    return simulated(works, workers=machines).seconds


@dataclass(frozen=True)
class Ran:
    """A simulated run: its seconds, and the shares of them in which the card and the workers are busy."""

    seconds: float
    card: float
    workers: float


def simulated(works: Sequence[Work], workers: int, *, sharing: int = 0) -> Ran:
    """As pipeline.executors.dispatch has it: who is free begins the first task of the plan's order that may run (list
    scheduling; Graham, 1966).

    Args:
        workers: each of one processor.
        sharing: so many of them do what needs the card, and nothing else; it computes for one at a time.
    """
    lacking = [len(work.needs) for work in works]
    users: list[list[int]] = [[] for _ in works]
    for number, work in enumerate(works):
        for need in work.needs:
            users[need].append(number)
    ready: dict[bool, list[int]] = {False: [], True: []}
    free = {False: workers - sharing, True: sharing}
    for number in (number for number, count in enumerate(lacking) if not count):
        heappush(ready[works[number].card > 0], number)
    running: list[tuple[float, int]] = []
    now = card_free = 0.0
    while running or any(ready.values()):
        for on_card, waiting in ready.items():
            while waiting and free[on_card]:
                work = works[number := heappop(waiting)]
                free[on_card] -= 1
                if on_card:
                    card_free = max(card_free, now) + work.card
                heappush(running, (max(now + work.seconds, card_free if on_card else 0.0), number))
        now, over = heappop(running)
        free[works[over].card > 0] += 1
        for user in users[over]:
            lacking[user] -= 1
            if not lacking[user]:
                heappush(ready[works[user].card > 0], user)
    worked, computed = sum(work.seconds for work in works), sum(work.card for work in works)
    return Ran(now, computed / now, worked / (workers * now))


def critical_path(works: Sequence[Work]) -> tuple[float, dict[str, float]]:
    """The longest chain of tasks that wait for one another: its seconds, and those of each stage in it."""
    ends: list[float] = []
    before: list[int | None] = []
    for work in works:
        last = max(work.needs, key=lambda need: ends[need], default=None)
        before.append(last)
        ends.append(work.seconds + (0.0 if last is None else ends[last]))
    at: int | None = max(range(len(works)), key=ends.__getitem__)
    stages: dict[str, float] = {}
    while at is not None:
        stages[works[at].stage] = stages.get(works[at].stage, 0.0) + works[at].seconds
        at = before[at]
    return max(ends), dict(reversed(stages.items()))
