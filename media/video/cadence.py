"""The rate of a video, from the times of its frames: exact where they keep a clock, honest where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from foundation.times import rate

DEFAULT_RATE = Fraction(25)  # of a single frame in a container that names no rate

_PLAIN = (1, 2, 4, 5, 10, 100, 1000, 1001)  # rates that someone chose; others are what rounded times work out to

USUAL_RATES = (
    *(Fraction(rate) for rate in (10, 12, 15, 20)),
    *(Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30)),
    *(Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60)),
)
"""That cameras, phones and screen recorders are set to."""
_ENOUGH = 8
"""Frames from which times can be told from chance."""
_ON_TIME, _LATE, _DRIFT = 0.95, 0.15, 0.01
"""Share of the frames that lie on the clock; how far off it these may be, in frames; how far it may be off its rate."""
_SURE = 3.0
"""Standard errors within which two rates cannot be told apart."""


def cadence(times: Sequence[Fraction], tick: Fraction, candidates: Sequence[Fraction | None]) -> tuple[Fraction, bool]:
    """The frame rate, and whether the frames stray from it.

    Args:
        times: of every frame, seconds, ascending.
        tick: the container's time unit, seconds: how coarse `times` are.
        candidates: rates that the container names, best first.
    Returns:
        rate, variable: if some candidate, or the mean rate, puts every frame within 1.5 ticks and 2 % of a frame of
        its place, that rate and False; else True, and the rate that a camera was set to which dropped frames or was
        late with some, or where none explains the times, the mean rate.
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
    return _set_to(times, given[:1]) or simple, True  # what follows the first is guessed


def _set_to(times: Sequence[Fraction], named: Sequence[Fraction]) -> Fraction | None:
    """The lowest usual rate on whose clock nearly all frames lie, whichever of its instants have none."""
    if len(times) < _ENOUGH:
        return None
    at = np.array([float(each - times[0]) for each in times])
    for fps in USUAL_RATES:
        steps = np.cumsum(np.rint(np.diff(at, prepend=at[0]) * float(fps)))
        if steps[-1] == 0:
            continue
        period, start = np.polyfit(steps, at, 1)
        off = at - start - period * steps
        if abs(period * float(fps) - 1) < _DRIFT and np.quantile(np.abs(off), _ON_TIME) < _LATE * period:
            unsure = _SURE * float(off.std()) / (period * float(steps.std()) * len(steps) ** 0.5)
            return _closest(period, unsure, named)
    return None


def _closest(period: float, unsure: float, named: Sequence[Fraction]) -> Fraction:
    """The usual rate of frames of `period` seconds: of those as close, one that is named, or else a whole number."""
    away = {each: abs(period * float(each) - 1) for each in USUAL_RATES}
    close = [each for each in USUAL_RATES if away[each] <= min(away.values()) + unsure]
    return min(close, key=lambda each: (each not in named, each.denominator > 1, away[each]))


def _steady(times: Sequence[Fraction], fps: Fraction, tolerance: Fraction) -> bool:
    # floats are exact enough to compare with a tolerance of microseconds, and many times faster over an hour of frames
    first, period, allowed = times[0], float(1 / fps), float(tolerance)
    return all(abs(float(at - first) - k * period) <= allowed for k, at in enumerate(times))
