"""Streaming sound in: blocks of samples at the file's own rate and channels, each at its exact place in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.error import FFmpegError
from numpy.typing import NDArray

from foundation.errors import InputError
from media.files.opening import audio_stream, decode_error, opened, origin
from media.sound.loudspeakers import MOST_CHANNELS, to_usual

_JITTER = Fraction(1, 25)  # seconds that a timestamp may stray from the count of samples before it means a gap

_TYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
"""Of samples, by ffmpeg's names."""
_LONGEST_GAP = 3600  # seconds; a longer jump is a damaged timestamp, not a pause
_MEND = "convert it to WAV first"


@dataclass(frozen=True)
class Block:
    """Samples that lie together.

    Attributes:
        at: number of the first sample, counted at `rate` from where playing the file begins; may be negative.
        samples: (S, C); int16 where the file has 16 bits or fewer, else float32 with full scale 1.
        rate: samples a second.
    """

    at: int
    samples: NDArray[Any]
    rate: int


def sound_blocks(path: Path, *, stream: int = 0) -> Iterator[Block]:
    """Everything in audio stream number `stream`, decoded, in order, without overlaps.

    Timestamps place the sound: what begins later than the picture begins at a later `at`, and a hole leaves a hole.
    Small deviations are rounding, and the count of samples goes on through them. Channels of unusual loudspeakers go to
    the usual ones of their number.

    Raises: InputError if the file or the stream cannot be read or decoded, changes its rate or channels midway, or has
        more than 8 channels.
    """
    with opened(path) as container:
        source = audio_stream(container, path, stream)
        check_channels(path, source.channels)
        zero = origin(container)
        due: int | None = None
        shape: tuple[int, int] | None = None
        try:
            for frame in container.decode(source):
                samples = _samples(frame)
                if (usual := to_usual(frame.layout.name)) is not None:
                    samples = to_float(samples) @ usual
                rate = frame.sample_rate
                shape = shape or (rate, samples.shape[1])
                if shape != (rate, samples.shape[1]):
                    told = "its sound changes sample rate or channels midway"
                    raise InputError(told, file=path, cure=_MEND)
                at = _place(frame, zero, due)
                if abs(at - (due or 0)) > _LONGEST_GAP * rate:
                    raise InputError(f"its sound jumps by {abs(at - (due or 0)) / rate:.0f} s", file=path, cure=_MEND)
                late = 0 if due is None else max(0, due - at)
                if late < len(samples):
                    yield Block(at + late, samples[late:], rate)
                due = at + len(samples) if due is None else max(due, at + len(samples))
        except FFmpegError as problem:
            reached = Fraction(due, shape[0]) if due is not None and shape else None
            raise decode_error(problem, path, reached) from None


def check_channels(path: Path, channels: int) -> None:
    """Raises: InputError if a sound has more channels than can be brought to loudspeakers."""
    if channels > MOST_CHANNELS:
        told = f"its sound has {channels} channels, and {MOST_CHANNELS} are the most"
        raise InputError(told, file=path, cure="mix it down first")


def continuous(blocks: Iterable[Block], first: int) -> Iterator[NDArray[Any]]:
    """The samples from number `first` on without holes, (S, C) at a time: silence stands for what is not there.

    Ends where the sound ends. A piece is at most a second of silence, or one block.
    """
    due = first
    for block in blocks:
        gap = block.at - due
        while gap > 0:
            silence = np.zeros((min(gap, block.rate), block.samples.shape[1]), block.samples.dtype)
            yield silence
            due += len(silence)
            gap -= len(silence)
        wanted = block.samples[max(0, due - block.at) :]
        if len(wanted):
            yield wanted
            due += len(wanted)


def to_float(samples: NDArray[Any]) -> NDArray[np.float32]:
    """int16 or float32 samples as float32 with full scale 1."""
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(32768)
    return samples.astype(np.float32, copy=False)


def _place(frame: AudioFrame, zero: Fraction, due: int | None) -> int:
    """The number of the frame's first sample."""
    if frame.pts is None or frame.time_base is None:
        return due or 0
    told = round((frame.pts * frame.time_base - zero) * frame.sample_rate)
    if due is not None and abs(told - due) <= _JITTER * frame.sample_rate:
        return due
    return told


def _samples(frame: AudioFrame) -> NDArray[Any]:
    """(S, C) int16 or float32."""
    channels, planar = frame.layout.nb_channels, frame.format.is_planar
    kind = _TYPES[frame.format.packed.name]
    # PyAV's own arrays take a plane too many where there are eight: it looks for an end that is not there
    planes, count = (channels, 1) if planar else (1, channels)
    each: list[NDArray[Any]] = [
        np.frombuffer(plane, kind, frame.samples * count)  # type: ignore[call-overload]
        for plane in frame.planes[:planes]
    ]
    block = np.stack(each, axis=1) if planar else each[0].reshape(-1, channels)
    if block.dtype == np.uint8:
        return (block.astype(np.int16) - 128) * 256
    if block.dtype in (np.int32, np.int64):
        return (block / float(-int(np.iinfo(block.dtype).min))).astype(np.float32)
    return block if block.dtype == np.int16 else block.astype(np.float32)
