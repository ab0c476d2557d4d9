"""A clip's frames brought to a length that is not its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from foundation.times import frame_count, resample

Way = Literal["loop", "mirror", "stretch"]


def fitted(
    timestamps: Sequence[Fraction], start: Fraction, length: Fraction, *, frames: int, fps: Fraction, way: Way | None
) -> list[int]:
    """Which source frame shows at each of `frames` instants of a constant rate, as `foundation.times.resample` says.

    Args:
        timestamps: when each source frame appears, ascending, seconds.
        start, length: the part that plays.
        way: what happens where `frames` at `fps` last longer than `length`: "loop" begins again, "mirror" goes back and
            forth (its first and last frame show once at each turn), "stretch" plays slower, or faster where they last
            shorter. None: the last frame stays.
    """
    if way == "stretch":
        return resample(timestamps, start, frames, frames / length)
    own = frame_count(length, fps)
    once = resample(timestamps, start, min(own, frames) if way else frames, fps)
    if way is None or frames <= own:
        return once
    turn = [*once, *once[-2:0:-1]] if way == "mirror" else once
    return [turn[number % len(turn)] for number in range(frames)]
