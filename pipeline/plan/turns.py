"""The duet: which performer sings in which frames, and who listens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pipeline.plan.planning import Planning
from pipeline.plan.timeline import Timeline
from pipeline.plan.words import WORDS

EASE = Fraction(1, 4)
"""Seconds in which a face begins to sing, before its turn, and stops, after it."""

Ranges = list[list[int]]


@dataclass(frozen=True)
class _Span:
    """Frames in which nothing changes: who is seen, and who sings (None: everyone)."""

    start: int
    stop: int
    seen: frozenset[str]
    sings: frozenset[str] | None


def plan_turns(planning: Planning, timeline: Timeline, pictures: Mapping[str, str], frames: int) -> dict[str, Ranges]:
    """The ranges of frames in which each performer sings, of those who do not sing all the time.

    A scene's `sings` decides; else the lyrics' lines that name their singers: those who sing a line go on until the
    next one. Who is not seen is already as it will be seen next, or was seen last.

    Args:
        pictures: the picture of each performer, by its name. frames: of the whole result.
    """
    spans = list(_spans(planning, timeline, frames))
    turns = {}
    for name in planning.manifest.performers:
        states = [
            (span.start, span.stop, span.sings is None or name in span.sings if pictures[name] in span.seen else None)
            for span in spans
        ]
        states = _carried(_carried(states[::-1])[::-1])
        sings = [[start, stop] for start, stop, state in states if state is not False]
        if len(sings) < len(states):
            turns[name] = _joined(sings)
    return turns


def turn_settings(planning: Planning, name: str) -> dict[str, Any]:
    """A performer's motion, and its turns, if it has any, as the prepare stage takes them."""
    motion = planning.manifest.performers[name].motion
    settings = motion.model_dump(mode="json", exclude={"listening"})
    if name not in planning.turns:
        return settings
    ease = round(EASE * planning.fps)
    return settings | {"turns": {"sings": planning.turns[name], "ease": ease, "listening": motion.listening}}


def _spans(planning: Planning, timeline: Timeline, frames: int) -> Iterator[_Span]:
    lines = _lines(planning, frames)
    cuts = {0, frames} | {edge for line in lines for edge in line[:2]}
    for scene in timeline.scenes:
        cuts |= {*scene["range"], _settled(scene)}
    number, sung = 0, lines[0][2] if lines else None
    for start, stop in pairwise(sorted(cuts)):
        while timeline.scenes[number]["range"][1] <= start:
            number += 1
        scene = timeline.scenes[number]
        seen = set(scene["performers"])
        if start < _settled(scene) and number:
            seen |= set(timeline.scenes[number - 1]["performers"])
        active = [singers for begins, ends, singers in lines if begins <= start < ends]
        sung = frozenset[str]().union(*active) if active else sung
        named = timeline.sings[number]
        yield _Span(start, stop, frozenset(seen), sung if named is None else frozenset(named))


def _settled(scene: Mapping[str, Any]) -> int:
    """The frame from which only this scene is seen."""
    through = scene["transition"]
    return int(scene["range"][0]) + (int(through["frames"]) if through else 0)


def _lines(planning: Planning, frames: int) -> list[tuple[int, int, frozenset[str]]]:
    """The lyrics' lines that say who sings them, as frames, in order."""
    told = planning.facts[WORDS]["singers"] if WORDS in planning.facts else []
    found = []
    for start, end, singers in told:
        begins, ends = (min(max(0, round(Fraction(at, 1000) * planning.fps)), frames) for at in (start, end))
        if begins < ends:
            found.append((begins, ends, frozenset(singers)))
    return sorted(found, key=lambda line: line[0])


State = tuple[int, int, bool | None]


def _carried(states: list[State]) -> list[State]:
    """Each unknown state as the one before it."""
    found: list[State] = []
    for start, stop, state in states:
        found.append((start, stop, found[-1][2] if state is None and found else state))
    return found


def _joined(ranges: Ranges) -> Ranges:
    joined: Ranges = []
    for start, stop in ranges:
        if joined and joined[-1][1] == start:
            joined[-1][1] = stop
        else:
            joined.append([start, stop])
    return joined
