"""A sound as it is drawn: how loud it is at its loudest, many times a second."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.sound.reader import sound_blocks
from media.video.probe import probe

A_SECOND = 50
MOST = 20_000
"""Of one sound: longer ones are drawn half as finely, or a quarter, and so on."""


@dataclass(frozen=True)
class Peaks:
    """Attributes:
    values: (N,) uint8, 255 is full scale; of the loudest channel.
    step: seconds that each stands for, from where playing the file begins.
    """

    values: NDArray[np.uint8]
    step: Fraction


def peaks(path: Path, track: int | None = None) -> Peaks:
    """Those of a file's sound.

    Args:
        track: counted from 1 among its sound tracks; None: the one that is played.
    Returns: nothing of a file without such a sound.
    Raises: InputError if it cannot be decoded.
    """
    tracks = [each.track + 1 for each in probe(path).audio]
    if not tracks or (track is not None and track not in tracks):
        return Peaks(np.zeros(0, np.uint8), Fraction(1, A_SECOND))
    found, together, last = np.zeros(MOST, np.float32), 1, -1
    for block in sound_blocks(path, stream=0 if track is None else tracks.index(track)):
        loud = np.abs(block.samples.astype(np.float32)).max(axis=1) / (32768 if block.samples.dtype == np.int16 else 1)
        numbers = (block.at + np.arange(len(loud))) * A_SECOND // block.rate
        last = max(last, int(numbers[-1]))
        while last // together >= MOST:
            found = np.concatenate([found.reshape(-1, 2).max(axis=1), np.zeros(MOST // 2, np.float32)])
            together *= 2
        numbers //= together
        firsts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
        tops, places = np.maximum.reduceat(loud, firsts), numbers[firsts]
        tops, places = tops[places >= 0], places[places >= 0]
        found[places] = np.maximum(found[places], tops)
    values = np.round(np.clip(found[: last // together + 1], 0, 1) * 255).astype(np.uint8)
    return Peaks(values, Fraction(together, A_SECOND))
