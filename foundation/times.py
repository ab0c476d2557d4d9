"""Exact time: rates and instants are `fractions.Fraction` (seconds, frames a second), never float."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 100
"""Characters of a number's text."""
_HUGE = re.compile(r"[eE][-+]?\d{4}")
"""An exponent that makes an exact number of thousands of digits, or of thousands of millions."""


@dataclass(frozen=True)
class FrameRange:
    """Frames `start` up to, not including, `stop`."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.stop:
            raise ValueError(f"not a frame range: {self.start}..{self.stop}")

    def __len__(self) -> int:
        return self.stop - self.start

    def meets(self, other: FrameRange) -> bool:
        """Whether they share a frame."""
        return self.start < other.stop and other.start < self.stop


def exact(value: float | int | str | Fraction) -> Fraction:
    """A number as a person wrote it: 29.97 is 2997/100, "30000/1001" is that, 0.1 is one tenth.

    Raises: ValueError if it is no number, or text of one that nobody needs, such as 1e999999999.
    """
    if isinstance(value, str) and (len(value) > LONGEST or _HUGE.search(value)):
        raise ValueError(f"not a number that is used here: {value[:LONGEST]}")
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


NTSC = {Fraction(n * 1000, 1001).limit_denominator(1001): None for n in (24, 30, 48, 60, 120, 240)}


def rate(value: float | int | str | Fraction) -> Fraction:
    """A frame rate; the decimal names of the NTSC family mean the exact rates (29.97 is 30000/1001).

    Raises: ValueError if it is not a number above 0 and at most 1000.
    """
    given = exact(value)
    if not 0 < given <= 1000:
        raise ValueError(f"a frame rate lies above 0 and at most 1000, not {value}")
    for ntsc in NTSC:
        if given.denominator != 1 and abs(given - ntsc) < Fraction(1, 150):
            return ntsc
    return given


def frame_count(duration: Fraction, fps: Fraction) -> int:
    """How many frames of rate `fps` fill `duration` seconds: the nearest whole number, at least 1."""
    return max(1, round(duration * fps))


def chunks(frames: int, size: int) -> list[FrameRange]:
    """The frames 0..`frames` cut into ranges of `size`; the last may be shorter."""
    if frames < 0 or size < 1:
        raise ValueError(f"cannot cut {frames} frames into chunks of {size}")
    return [FrameRange(at, min(at + size, frames)) for at in range(0, frames, size)]


def pieces(frames: int, size: int) -> list[FrameRange]:
    """As `chunks`, but a last one that is shorter than half of `size` belongs to the one before."""
    cut = chunks(frames, size)
    if len(cut) > 1 and 2 * len(cut[-1]) < size:
        cut[-2:] = [FrameRange(cut[-2].start, frames)]
    return cut


def joined(ranges: Iterable[FrameRange]) -> tuple[FrameRange, ...]:
    """Ranges in the order of their starts, those that touch or overlap made one."""
    made: list[FrameRange] = []
    for each in ranges:
        if made and made[-1].stop >= each.start:
            made[-1] = FrameRange(made[-1].start, max(made[-1].stop, each.stop))
        else:
            made.append(each)
    return tuple(made)


def resample(timestamps: Sequence[Fraction], start: Fraction, frames: int, fps: Fraction) -> list[int]:
    """Which source frame shows at each of `frames` instants of a constant rate.

    Args:
        timestamps: when each source frame appears, seconds, ascending.
        start: the instant of output frame 0, seconds on the same clock.
    Returns:
        one source index per output frame: the last one that has appeared before the middle of the output
        frame, so that a steady clock's rounding never drops or doubles a frame; before the first, the first.
    """
    step, middle = 1 / fps, start + Fraction(1, 2) / fps
    # in ticks of one clock: comparing fractions takes ten times as long
    ticks = math.lcm(step.denominator, middle.denominator, *{each.denominator for each in timestamps})
    shown, first, by = _in(ticks, timestamps), *_in(ticks, (middle, step))
    return [max(0, bisect_left(shown, first + k * by) - 1) for k in range(frames)]


def _in(ticks: int, times: Iterable[Fraction]) -> list[int]:
    """Seconds as whole ticks, so many a second."""
    return [each.numerator * (ticks // each.denominator) for each in times]


def spread(frames: int, count: int) -> list[int]:
    """At most `count` of `frames` frame numbers, spread evenly, away from both ends."""
    count = min(count, frames)
    return [min(frames - 1, (2 * n + 1) * frames // (2 * count)) for n in range(count)]
