"""Sound at the rate and with the channels that are asked for, streaming."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from media.sound.loudspeakers import channel_layout
from media.sound.reader import continuous, sound_blocks, to_float

Samples = NDArray[np.float32]


def sound_at(
    path: Path, *, rate: int, channels: int, stream: int = 0, start: Fraction = Fraction(0)
) -> Iterator[Samples]:
    """The samples of an audio stream from `start` on, (S, C) float32 at a time, full scale 1.

    Surround sound is brought to fewer loudspeakers as usual (what is in the middle stays audible); mono sound is as
    loud on both of two. Nothing comes of an empty stream.

    Args:
        rate: samples a second.
        channels: 1 to 8.
        stream: which of the file's audio streams.
        start: seconds.
    Raises: InputError if the file or the stream cannot be read.
    """
    blocks = sound_blocks(path, stream=stream)
    head = next(blocks, None)
    if head is None:
        return
    pieces = continuous(chain([head], blocks), round(start * head.rate))
    have = head.samples.shape[1]
    if head.rate == rate and (have == channels or (have == 1 and channels <= 2)):
        for piece in pieces:
            yield np.repeat(to_float(piece), channels // have, axis=1)
        return
    yield from resampled(map(to_float, pieces), (head.rate, have), (rate, channels))


def resampled(pieces: Iterable[Samples], given: tuple[int, int], wanted: tuple[int, int]) -> Iterator[Samples]:
    """(S, C) pieces of one sound, each (rate, channels) of `given` as those of `wanted`."""
    resampler = AudioResampler(format="flt", layout=channel_layout(wanted[1]), rate=wanted[0])
    for piece in pieces:
        packed = np.ascontiguousarray(piece, np.float32).reshape(1, -1)
        frame = AudioFrame.from_ndarray(packed, format="flt", layout=channel_layout(given[1]))
        frame.sample_rate = given[0]
        for made in resampler.resample(frame):
            yield np.asarray(made.to_ndarray(), np.float32).reshape(-1, wanted[1])
    for made in resampler.resample(None):
        yield np.asarray(made.to_ndarray(), np.float32).reshape(-1, wanted[1])
