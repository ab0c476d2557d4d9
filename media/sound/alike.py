"""Where one sound is heard in another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.sound.at_rate import sound_at

RATE = 16_000
"""Samples a second that are compared."""
LONGEST = 120
"""Seconds that are compared."""
CLEAR = 4.0
"""How far above every other place the right one stands out, at least."""
NEAR = 0.004
"""Seconds around the best place that count as it."""

Samples = NDArray[np.float32]


def heard_at(path: Path, inside: Path, told: float, reach: float) -> float | None:
    """When the file `path` begins to be heard in the file `inside`, seconds on its clock; None where it is not clear.

    Generalised cross-correlation with phase transform (Knapp and Carter, IEEE TASSP 24, 1976): only phases count, so
    that a room, a small loudspeaker and a voice that sings along change little.

    Args:
        told: where it is expected, seconds.
        reach: how far from there it is looked for, seconds.
    Raises:
        InputError: one of them cannot be read, or has no sound.
    """
    song, take = _mono(path), _mono(inside)
    size = 1 << int(len(song) + len(take)).bit_length()
    cross = np.fft.rfft(take, size) * np.conj(np.fft.rfft(song, size))
    alike = np.fft.irfft(cross / np.maximum(np.abs(cross), 1e-9), size)
    # of places where the two lie side by side at all
    first, last = max(round((told - reach) * RATE), 1 - len(song)), min(round((told + reach) * RATE), len(take) - 1)
    near = alike[np.arange(first, last + 1)]
    if not len(near) or not np.isfinite(near).all():
        return None
    best = int(np.argmax(near))
    others = np.abs(np.delete(near, slice(max(0, best - round(NEAR * RATE)), best + round(NEAR * RATE) + 1)))
    if not len(others) or near[best] <= CLEAR * np.quantile(others, 0.999):
        return None
    return (first + best) / RATE


def _mono(path: Path) -> Samples:
    """(N,) the first LONGEST seconds."""
    pieces, length = [np.zeros((0, 1), np.float32)], 0
    for piece in sound_at(path, rate=RATE, channels=1):
        pieces.append(piece)
        length += len(piece)
        if length >= LONGEST * RATE:
            break
    return np.concatenate(pieces)[: LONGEST * RATE, 0]
