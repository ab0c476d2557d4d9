"""The tune of the sample vocal: our own, written as notes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BEATS_PER_MINUTE = 84.0
GLIDE_SECONDS = 0.07  # how long a voice takes from one note to the next

# MIDI note number, beats. In A minor, eight bars; the two halves ask and answer.
NOTES = (
    (57, 1.0), (60, 0.5), (62, 0.5), (64, 1.5), (62, 0.5),
    (60, 1.0), (59, 0.5), (57, 0.5), (59, 2.0),
    (60, 1.0), (64, 0.5), (65, 0.5), (67, 1.5), (65, 0.5),
    (64, 1.0), (62, 1.0), (64, 2.0),
    (69, 1.5), (67, 0.5), (65, 1.0), (64, 1.0),
    (62, 1.0), (65, 0.5), (64, 0.5), (62, 2.0),
    (60, 1.0), (62, 0.5), (64, 0.5), (59, 1.0), (60, 1.0),
    (57, 4.0),
)  # fmt: skip


def pitch(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sung pitch in Hz at times (S,), the tune repeated without end; notes are joined by short glides."""
    numbers = np.array([number for number, _ in NOTES], np.float64)
    ends = np.cumsum([beats for _, beats in NOTES]) * 60 / BEATS_PER_MINUTE
    at = np.mod(seconds, ends[-1])
    index = np.searchsorted(ends, at, side="right")
    since = at - np.concatenate([[0.0], ends[:-1]])[index]
    way = np.clip(since / GLIDE_SECONDS, 0, 1)
    way = way * way * (3 - 2 * way)
    note = numbers[index - 1] + (numbers[index] - numbers[index - 1]) * way
    return np.asarray(440 * 2 ** ((note - 69) / 12))
