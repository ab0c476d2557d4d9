"""A song's voice as it is listened to: one channel, 16 kHz, freed of music where there is any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError
from foundation.limits import Limit
from media.sound.at_rate import resampled, sound_at
from media.video.probe import probe
from speech.acoustic import RATE
from speech.separate import Separate
from speech.weights import find_weights

Samples = NDArray[np.float32]
Report = Callable[[float, float], None]
"""Called with how many seconds are done, of how many."""
SILENT = 1e-3
"""RMS of the loudest second of what counts as silence: -60 dB."""
MUSIC = -15.0
"""dB beside the voice: louder music is taken away."""
LOOKS = (1 / 3, 2 / 3)
"""Where in a sound music is looked for."""


@dataclass(frozen=True)
class Voice:
    """What is heard of a singer.

    Attributes:
        samples: (S,) float32 at RATE, full scale 1.
        separated: whether music was taken away.
        told: what a person should know about it, if anything.
    """

    samples: Samples
    separated: bool
    told: str | None = None

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    def placed(self, delay: float, seconds: float) -> Samples:
        """(S,) the samples of so many seconds in which it begins after `delay`; silence around it."""
        before = round(delay * RATE)
        late = self.samples[max(0, -before) :]
        whole = np.zeros(round(seconds * RATE), np.float32)
        part = whole[max(0, before) :]
        part[: len(late)] = late[: len(part)]
        return whole


@dataclass(frozen=True)
class Part:
    """A part of a file's sound.

    Attributes:
        stream: which of the audio streams that can be decoded.
        start: seconds.
        length: seconds; None: to the end.
    """

    stream: int = 0
    start: Fraction = Fraction(0)
    length: Fraction | None = None

    def read(self, path: Path, *, rate: int, channels: int) -> Iterator[Samples]:
        """Its samples, (S, C) float32 at a time."""
        left = None if self.length is None else round(self.length * rate)
        for piece in sound_at(path, rate=rate, channels=channels, stream=self.stream, start=self.start):
            if left is not None and left <= len(piece):
                yield piece[:left]
                return
            yield piece
            left = None if left is None else left - len(piece)


WHOLE = Part()


def read_voice(
    path: Path,
    separate: Separate = Separate.AUTO,
    report: Report = lambda done, of: None,
    part: Part = WHOLE,
) -> Voice:
    """The voice in a sound file, or in an audio stream of a video.

    Raises: InputError without sound, for silence, for more than Limit.SONG_MINUTES, for Separate.YES without weights.
    """
    streams = probe(path).audio
    if not streams:
        raise InputError("it has no sound", file=path, cure="name a file in which somebody sings or speaks")
    seconds = float(streams[part.stream].end - part.start)
    seconds = seconds if part.length is None else min(seconds, float(part.length))
    if seconds > 60 * Limit.SONG_MINUTES.now:
        long = f"its sound is {seconds / 60:.0f} minutes long, more than {Limit.SONG_MINUTES.now}"
        raise InputError(long, file=path, cure=f"cut it into songs, or {Limit.SONG_MINUTES.cure}")
    told: str | None = None
    if separate is Separate.AUTO and find_weights() is None:
        separate, told = Separate.NO, "music, if there is any, is not taken away: see docs/song.md, Separation"
    apart = None
    if separate is not Separate.NO:
        apart = _separated(path, seconds, part, always=separate is Separate.YES)
    pieces = part.read(path, rate=RATE, channels=1) if apart is None else apart
    found: list[Samples] = []
    done = 0
    for piece in pieces:
        found.append(piece[:, 0])
        done += len(piece)
        report(min(done / RATE, seconds), seconds)
    samples = np.concatenate([np.zeros(0, np.float32), *found])
    if _loudest(samples) < SILENT:
        raise InputError("no voice is heard in it", file=path, cure="name a file in which somebody sings or speaks")
    return Voice(samples, apart is not None, told)


def _separated(path: Path, seconds: float, part: Part, *, always: bool) -> Iterator[Samples] | None:
    """The voice out of the mix; None where a look at two stretches finds no music, unless it is to be done always."""
    from speech.separation import MIX_RATE, Separator, blocks_in  # noqa: PLC0415  (torch, for this alone)

    def mix() -> Iterator[Samples]:
        return part.read(path, rate=MIX_RATE, channels=2)

    separator, count = Separator(), blocks_in(seconds * MIX_RATE)
    looked = {} if always else separator.looks(mix(), {int(share * count) for share in LOOKS})
    musical = (look.music > MUSIC and _loudest(look.sound.numpy()) > SILENT for look in looked.values())
    if not always and not any(musical):
        return None
    parts = separator.parts(mix(), looked)
    return resampled((each.voice[:, None] for each in parts), (MIX_RATE, 1), (RATE, 1))


def _loudest(samples: Samples) -> float:
    """RMS of the loudest second."""
    if not len(samples):
        return 0.0
    power = np.add.reduceat(samples.astype(np.float64) ** 2, np.arange(0, len(samples), RATE))
    return float(np.sqrt(power.max() / RATE))
