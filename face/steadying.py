"""Landmarks over time: frames in blocks, and what trembles made smooth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face.topology import EYES, INNER_LIPS, LIP_RINGS_LOWER, LIP_RINGS_UPPER, OUTER_LIPS
from foundation.geometry import Array
from foundation.npy import BLOCK
from foundation.smoothing import evened

CALM = 2.0
"""How much more than lips and lids the head and the rest of the face are smoothed."""
_quick = sorted(
    {*INNER_LIPS, *OUTER_LIPS, *(i for ring in LIP_RINGS_UPPER + LIP_RINGS_LOWER for i in ring)}
    | {i for eye in EYES for i in (*eye.upper_row, *eye.lower_row, *eye.iris)}
)


def spans(count: int) -> list[slice]:
    """0..count in blocks."""
    return [slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]


class Steadied:
    """A clip's landmarks as `steadied` has them. What was asked for last is kept, BLOCK frames of it.

    Args:
        track: (N, 478, 3) as measured.
        sigma: of the smoothing, frames.
    """

    def __init__(self, track: NDArray[np.floating], sigma: float) -> None:
        self.track, self.sigma = track, sigma
        self._kept: dict[tuple[int, int], Array] = {}

    def __call__(self, span: slice) -> Array:
        """(n, 478, 3) of the frames `span`: not to be written to."""
        wanted = span.start, span.stop
        if wanted not in self._kept:
            found = steadied(self.track, self.sigma, span)
            found.flags.writeable = False
            if sum(map(len, self._kept.values())) + len(found) > BLOCK:
                self._kept.clear()
            self._kept[wanted] = found
        return self._kept[wanted]


def steadied(track: NDArray[np.floating], sigma: float, span: slice) -> Array:
    """Landmarks smoothed over time: lips, lids and irises lightly, for they are quick; the rest of the face more."""
    start = max(0, span.start - reach(sigma))
    near = np.asarray(track[start : span.stop + reach(sigma)], np.float64)
    own = slice(span.start - start, span.stop - start)
    steady = smooth(near, CALM * sigma, own).copy()
    steady[:, _quick] = smooth(near[:, _quick], sigma, own)
    return steady


def reach(sigma: float) -> int:
    """Frames before and after one that have a say in it."""
    return round(4 * CALM * sigma) + 1


def smooth(values: Array, sigma: float, part: slice = slice(None)) -> Array:
    """A Gaussian over time, no lag, of the wanted part of the values."""
    return values[part] if sigma <= 0 or len(values) < 2 else evened(values, sigma, part)
