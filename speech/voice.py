"""A song's voice as it is listened to: one channel, 16 kHz, freed of music where there is any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError
from media.sound.at_rate import resampled, sound_at
from media.video.probe import probe
from speech.acoustic import RATE
from speech.weights import find_weights

Samples = NDArray[np.float32]
Report = Callable[[float, float], None]
"""Called with how many seconds are done, of how many."""
LONGEST_SECONDS = 2 * 3600
SILENT = 1e-3
"""RMS of the loudest second of what counts as silence: -60 dB."""
MUSIC = -15.0
"""dB beside the voice: louder music is taken away."""
LOOKS = (1 / 3, 2 / 3)
"""Where in a sound music is looked for."""


class Separate(Enum):
    """Whether the voice is taken out of a mix."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Voice:
    """What is heard of a singer.

    Attributes:
        samples: (S,) float32 at RATE, full scale 1. separated: whether music was taken away.
        told: what a person should know about it, if anything.
    """

    samples: Samples
    separated: bool
    told: str | None = None

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def read_voice(path: Path, separate: Separate = Separate.AUTO, report: Report = lambda done, of: None) -> Voice:
    """The voice in a sound file, or in the first audio stream of a video.

    Raises: InputError without sound, for silence, for more than LONGEST_SECONDS, and for Separate.YES without weights.
    """
    streams = probe(path).audio
    if not streams:
        raise InputError("it has no sound", file=path, cure="name a file in which somebody sings or speaks")
    seconds = float(streams[0].start + streams[0].duration)
    if seconds > LONGEST_SECONDS:
        long = f"its sound is {seconds / 60:.0f} minutes long, more than {LONGEST_SECONDS // 60}"
        raise InputError(long, file=path, cure="cut it into songs")
    told: str | None = None
    if separate is Separate.AUTO and find_weights() is None:
        separate, told = Separate.NO, "music, if there is any, is not taken away: see docs/song.md, Separation"
    wanted = separate is Separate.YES or (separate is Separate.AUTO and _has_music(path, seconds))
    pieces = _separated(path) if wanted else sound_at(path, rate=RATE, channels=1)
    found: list[Samples] = []
    done = 0
    for piece in pieces:
        found.append(piece[:, 0])
        done += len(piece)
        report(min(done / RATE, seconds), seconds)
    samples = np.concatenate([np.zeros(0, np.float32), *found])
    if _loudest(samples) < SILENT:
        raise InputError("no voice is heard in it", file=path, cure="name a file in which somebody sings or speaks")
    return Voice(samples, wanted, told)


def _separated(path: Path) -> Iterator[Samples]:
    from speech.separation import MIX_RATE, Separator  # noqa: PLC0415  (torch, for this alone)

    parts = Separator().parts(sound_at(path, rate=MIX_RATE, channels=2))
    yield from resampled((part.voice[:, None] for part in parts), (MIX_RATE, 1), (RATE, 1))


def _has_music(path: Path, seconds: float) -> bool:
    """Whether a look at two stretches finds music."""
    from speech.separation import MIX_RATE, Separator  # noqa: PLC0415

    separator = Separator()
    for share in LOOKS:
        start = Fraction(round(max(0.0, share * seconds - 6)))
        sound = sound_at(path, rate=MIX_RATE, channels=2, start=start)
        part = next(separator.parts(islice(sound, 2_000)), None)
        if part is not None and _loudest(part.voice) > SILENT and part.music > MUSIC:
            return True
    return False


def _loudest(samples: Samples) -> float:
    """RMS of the loudest second."""
    if not len(samples):
        return 0.0
    power = np.add.reduceat(samples.astype(np.float64) ** 2, np.arange(0, len(samples), RATE))
    return float(np.sqrt(power.max() / RATE))
