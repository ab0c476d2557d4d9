"""The sound of a result: as its source has it, packet for packet, where nothing changes it; else one WAV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.ffmpeg.codecs import AUDIO, CARRIED
from media.files.info import AudioInfo, MediaInfo
from media.sound.cutting import cut_wav
from media.sound.mix import MixInput, mix
from media.video.probe import probe

AUDIBLE = Fraction(1, 1000)
"""Seconds: streams that begin so near together count as beginning together."""


@dataclass(frozen=True)
class Laid:
    """A WAV that sounds as the result shall. `whole`: its samples are whole numbers of 16 bits, else floats."""

    path: Path
    rate: int
    channels: int
    samples: int
    whole: bool


def lay(entries: Sequence[MixInput], path: Path, *, length: Fraction) -> Laid:
    """Write the sounds as one WAV of exactly `length` seconds: cut, if that is all there is to do, else mixed.

    Raises: InputError, StageError as `cut_wav` and `mix`.
    """
    if len(entries) == 1 and _as_it_is(entries[0], length):
        rate, samples = cut_wav(
            entries[0].path, path, start=entries[0].start, duration=length, stream=entries[0].stream
        )
    else:
        rate, samples = mix(entries, path, duration=length)
    written = probe(path).audio[0]
    return Laid(path, rate, written.channels, samples, written.codec == "pcm_s16le")


def carried(
    entries: Sequence[MixInput], *, container: str, codec: str | None, length: Fraction, frame: Fraction
) -> tuple[Path, int] | None:
    """The file whose sound can go into the result packet for packet, and which of its tracks, if there is one.

    Args:
        codec: a name of AUDIO that it must be in; None: anything that the container holds.
        length: of the result, seconds.
        frame: how long one frame shows.
    """
    if len(entries) != 1 or not _as_it_is(entries[0], length - frame):
        return None
    given = entries[0]
    info = probe(given.path).audio[given.stream]
    held = CARRIED[container] if codec is None else CARRIED[container] & set(AUDIO[codec].names)
    if info.codec not in held or abs(info.start - given.start) > AUDIBLE:
        return None
    return (given.path, info.track) if info.duration >= length - frame else None


def in_time(made: MediaInfo, *, length: Fraction, frame: Fraction) -> bool:
    """Whether copied sound begins with the picture and ends within a frame of it: not every container lets it."""
    if made.video is None or len(made.audio) != 1:
        return False
    sound: AudioInfo = made.audio[0]
    together = abs(sound.start - made.video.start) <= AUDIBLE and abs(made.video.start) <= AUDIBLE
    return together and abs(sound.duration - length) <= frame


def _as_it_is(sound: MixInput, length: Fraction) -> bool:
    """Whether cutting is all: the samples then stay exactly as they were."""
    whole = sound.duration is None or sound.duration >= length
    return whole and not any((sound.offset, sound.gain_db, sound.pan, sound.fade_in, sound.fade_out))
