"""Which frames of a result are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from foundation.times import FrameRange
from quality.surface import Thumb, flicker

LEAST_LOOKS = 32
"""Short clips are looked at so often, or in every frame."""
TRIPLES = 2
"""Places a second, and at least LEAST_TRIPLES in all, at which flicker, seam and background are measured."""
LEAST_TRIPLES = 8


@dataclass(frozen=True)
class Schedule:
    """`looks`: (M,) frame numbers, ascending. `triples`: the middles of three frames in a row. `drawn`: (N,) all frames
    that there are, ascending."""

    looks: NDArray[np.int64]
    triples: frozenset[int]
    drawn: NDArray[np.int64]

    @staticmethod
    def of(
        frames: int,
        fps: Fraction,
        looks_per_second: float,
        also: Sequence[int] = (),
        drawn: Sequence[FrameRange] | None = None,
    ) -> Schedule:
        """The looks at a result.

        Args:
            also: frames that are looked at, too.
            drawn: the frames that there are; None: all.
        """
        parts = (FrameRange(0, frames),) if drawn is None else drawn
        there = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        stride = max(1, min(round(float(fps) / looks_per_second), len(there) // LEAST_LOOKS))
        looks = there[stride // 2 :: stride]
        wanted = max(LEAST_TRIPLES, round(TRIPLES * len(there) / float(fps)))
        middles = looks[:: max(1, len(looks) // wanted)]
        middles = middles[np.isin(middles - 1, there) & np.isin(middles + 1, there)]
        looks = np.union1d(looks, np.intersect1d(np.array(also, np.int64), there))
        return Schedule(looks, frozenset(middles.tolist()), there)

    def part(self, span: FrameRange) -> Schedule:
        """The looks in a range of frames, and the triples whose middles lie there."""
        inside = (self.looks >= span.start) & (self.looks < span.stop)
        triples = frozenset(at for at in self.triples if span.start <= at < span.stop)
        return Schedule(self.looks[inside], triples, self.drawn)

    def drawn_between(self, first: int, last: int) -> bool:
        """Whether all frames from `first` to `last`, which are drawn, are."""
        low, high = np.searchsorted(self.drawn, (first, last))
        return int(high - low) == last - first

    @property
    def beside(self) -> set[int]:
        """The frames of the triples."""
        return {at + step for at in self.triples for step in (-1, 0, 1)}

    def middle_of(self, at: int) -> int | None:
        """The middle of a triple that a frame belongs to."""
        return next((at - step for step in (0, 1, -1) if at - step in self.triples), None)


class Triples:
    """Flicker at every triple of a schedule, from frames that come in order.

    Attributes:
        values: in percent.
        pulses: of the mean level alone, in levels.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._last: list[tuple[int, Thumb]] = []
        self.values: list[float] = []
        self.pulses: list[float] = []

    def add(self, at: int, thumb: Thumb) -> None:
        """The next frame."""
        self._last = [*self._last[-2:], (at, thumb)]
        numbers = [number for number, _ in self._last]
        if at - 1 in self._schedule.triples and numbers == [at - 2, at - 1, at]:
            self.values.append(flicker([kept for _, kept in self._last]))
            before, here, after = (float(kept.mean()) for _, kept in self._last)
            self.pulses.append(abs(here - (before + after) / 2))
