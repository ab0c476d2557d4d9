"""The rate of a video, from the times of its frames: exact where they keep a clock, honest where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from foundation.times import rate

DEFAULT_RATE = Fraction(25)  # of a single frame in a container that names no rate

_PLAIN = (1, 2, 4, 5, 10, 100, 1000, 1001)  # rates that someone chose; others are what rounded times work out to


def cadence(times: Sequence[Fraction], tick: Fraction, candidates: Sequence[Fraction | None]) -> tuple[Fraction, bool]:
    """The frame rate, and whether the frames stray from it.

    Args:
        times: of every frame, seconds, ascending.
        tick: the container's time unit, seconds: how coarse `times` are.
        candidates: rates that the container names, best first.
    Returns:
        rate, variable: if some candidate, or the mean rate, puts every frame within 1.5 ticks and 2 % of a frame of
        its place, that rate and False; else the mean rate and True.
    """
    given = [each for each in candidates if each is not None and 0 < each <= 1000]
    named = [each for each in given if each.denominator in _PLAIN] + [rate(each) for each in given] + given
    if len(times) < 2 or times[-1] == times[0]:
        return (named[0] if named else DEFAULT_RATE), False
    mean = min(Fraction(len(times) - 1) / (times[-1] - times[0]), Fraction(1000))
    simple = mean.limit_denominator(1001) or mean
    for each in [*named, rate(mean), simple, mean]:
        if _steady(times, each, max(tick * 3 / 2, Fraction(1, 50) / each)):
            return each, False
    return simple, True


def _steady(times: Sequence[Fraction], fps: Fraction, tolerance: Fraction) -> bool:
    # floats are exact enough to compare with a tolerance of microseconds, and many times faster over an hour of frames
    first, period, allowed = times[0], float(1 / fps), float(tolerance)
    return all(abs(float(at - first) - k * period) <= allowed for k, at in enumerate(times))
