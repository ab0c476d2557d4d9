"""The duet: which performer sings in which frames, and who listens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from face import motion
from foundation.times import FrameRange, joined
from pipeline.manifest.parts.performers import Performer
from pipeline.plan.planning import Planning, Ranges
from pipeline.plan.timeline import Timeline

EASE = Fraction(1, 4)
"""Seconds in which a face begins to sing, before its turn, and stops, after it."""


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
        pictures: the picture of each performer, by its name.
        frames: of the whole result.
    """
    spans = list(_spans(planning, timeline, frames))
    turns = {}
    for name in planning.manifest.performers:
        states = [
            (span.start, span.stop, span.sings is None or name in span.sings if pictures[name] in span.seen else None)
            for span in spans
        ]
        states = _carried(_carried(states[::-1])[::-1])
        sings = [FrameRange(start, stop) for start, stop, state in states if state is not False]
        if len(sings) < len(states):
            turns[name] = joined(sings)
    return turns


def motion_of(performer: Performer, *, plate: bool) -> motion.Motion:
    """A performer's motion as the engines take it.

    A moving plate's own head moves already. A driver that is made up is at rest in its first frame, and steady.
    """
    written, made_up = performer.motion, performer.singing is not None
    if made_up:
        usual = {"reference": "first", "smoothing": 0.0}
        written = written.model_copy(update={k: v for k, v in usual.items() if k not in written.model_fields_set})
    return motion.Motion(
        mode=written.mode,
        reference=written.reference,
        head=0.0 if plate and "head" not in written.model_fields_set else written.head,
        expression=written.expression,
        mouth=written.mouth,
        smoothing=written.smoothing,
    )


def sings_at(planning: Planning, name: str) -> Ranges | None:
    """The frames in which a performer sings whose driver goes on meanwhile; None: all, or those of its own words. Who
    is moved whole goes on, whoever sings."""
    performer = planning.manifest.performers[name]
    own_words = performer.singing is not None and performer.singing.words is not None
    return None if own_words or performer.subject == "whole" else planning.turns.get(name)


def turns_of(planning: Planning, name: str) -> motion.TurnRanges | None:
    """When a performer sings, if it does not all the time."""
    sings = sings_at(planning, name)
    if sings is None:
        return None
    listening = planning.manifest.performers[name].motion.listening
    return motion.TurnRanges(sings=sings, ease=round(EASE * planning.fps), listening=listening)


def _spans(planning: Planning, timeline: Timeline, frames: int) -> Iterator[_Span]:
    lines = _lines(planning, frames)
    cuts = {0, frames} | {edge for line in lines for edge in line[:2]}
    for scene in timeline.scenes:
        cuts |= {scene.range.start, scene.range.stop, scene.settled}
    number, sung = 0, lines[0][2] if lines else None
    for start, stop in pairwise(sorted(cuts)):
        while timeline.scenes[number].range.stop <= start:
            number += 1
        scene = timeline.scenes[number]
        seen = set(scene.performers)
        if start < scene.settled and number:
            seen |= set(timeline.scenes[number - 1].performers)
        active = [singers for begins, ends, singers in lines if begins <= start < ends]
        sung = frozenset[str]().union(*active) if active else sung
        named = timeline.sings[number]
        yield _Span(start, stop, frozenset(seen), sung if named is None else frozenset(named))


def _lines(planning: Planning, frames: int) -> list[tuple[int, int, frozenset[str]]]:
    """The lyrics' lines that say who sings them, as frames, in order."""
    told = planning.facts.subtitles.singers if planning.facts.subtitles else ()
    found = []
    for line in told:
        begins, ends = (min(max(0, round(Fraction(at, 1000) * planning.fps)), frames) for at in (line.start, line.end))
        if begins < ends:
            found.append((begins, ends, frozenset(line.singers)))
    return sorted(found, key=lambda line: line[0])


State = tuple[int, int, bool | None]


def _carried(states: list[State]) -> list[State]:
    """Each unknown state as the one before it."""
    found: list[State] = []
    for start, stop, state in states:
        found.append((start, stop, found[-1][2] if state is None and found else state))
    return found
