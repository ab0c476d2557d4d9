"""How loud a voice is, a hundred times a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.acoustic import RATE

Curve = NDArray[np.float64]
STEP = 0.01
"""Seconds from one value of a curve to the next, throughout this package."""
WINDOW_SECONDS = 0.025
BAND = (90.0, 5000.0)
"""Hz: what of a sound is a voice."""
FLOOR = 1e-9


def loudness(samples: NDArray[np.floating]) -> Curve:
    """(S // hop + 1,) dB of full scale around each 10 ms, of (S,) samples at RATE."""
    from scipy.signal import butter, sosfiltfilt  # noqa: PLC0415  (brings most of SciPy, for who listens alone)

    hop = round(STEP * RATE)
    count = len(samples) // hop + 1
    window = np.hanning(round(WINDOW_SECONDS * RATE) + 2)[1:-1]
    sections = butter(2, BAND, "band", fs=RATE, output="sos")
    padded = np.pad(np.asarray(samples, np.float64), (len(window), 2 * len(window)))
    power = np.asarray(sosfiltfilt(sections, padded)) ** 2
    smooth = np.convolve(power, window / window.sum(), "same")[len(window) :: hop]
    return np.asarray(10 * np.log10(smooth[:count] + FLOOR))


def steps(seconds: float) -> Curve:
    """The times of a curve that is so long: 0, STEP, ... seconds."""
    return np.arange(round(seconds / STEP) + 1, dtype=np.float64) * STEP


def level_at(curve: Curve, start: float, end: float) -> Curve:
    """The part of a curve from one time to another, one value at least."""
    first = min(max(int(start / STEP), 0), len(curve) - 1)
    return curve[first : max(first + 1, int(end / STEP) + 1)]
