"""Mixing sound: any files, at one rate, streaming, placed to the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import cos, pi, sin, sqrt
from pathlib import Path

import numpy as np
from av.audio.layout import AudioLayout
from numpy.typing import NDArray

from foundation.errors import InputError
from media.sound.at_rate import sound_at
from media.sound.loudspeakers import channel_layout
from media.sound.reader import check_channels
from media.sound.wav import wav_file
from media.video.probe import probe

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class MixInput:
    """One sound in a mix. Times are seconds.

    Attributes:
        path: the file.
        stream: which of its audio streams.
        gain_db: louder (above 0) or softer.
        pan: -1 left, 0 as it is, 1 right.
        offset: when it begins in the mix.
        start: where in the file it begins.
        duration: how much of it is used; None: all.
        fade_in, fade_out: how long it swells up and dies away.
    """

    path: Path
    stream: int = 0
    gain_db: float = 0.0
    pan: float = 0.0
    offset: Fraction = Fraction(0)
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = Fraction(0)


def mix(inputs: Sequence[MixInput], destination: Path, *, duration: Fraction) -> tuple[int, int]:
    """Mix into a 32-bit float WAV of exactly round(duration * rate) samples, at the highest rate among the inputs.

    It has as many channels as the input with the most; two at least where a mono sound is panned. Nothing is limited or
    normalised: sums may pass full scale, which float samples keep.

    Returns: sample rate, number of samples.
    Raises: InputError if an input cannot be read, StageError if the disk is full.
    """
    if not inputs or duration <= 0:
        raise InputError("there is nothing to mix", file=destination, cure="name at least one sound and a range")
    infos = [probe(each.path).audio for each in inputs]
    for each, streams in zip(inputs, infos, strict=True):
        if not 0 <= each.stream < len(streams):
            raise InputError("it has no such audio stream", file=each.path, cure="give a file with sound")
    chosen = [streams[each.stream] for each, streams in zip(inputs, infos, strict=True)]
    for each, info in zip(inputs, chosen, strict=True):
        check_channels(each.path, info.channels)
    rate = max(info.sample_rate for info in chosen)
    channels = max([info.channels for info in chosen] + [2 for each in inputs if each.pan])
    count = round(duration * rate)
    voices = [
        _Voice(each, rate, channels, info.start + info.duration, count)
        for each, info in zip(inputs, chosen, strict=True)
    ]
    with wav_file(destination, rate=rate, channels=channels, kind="flt") as wav:
        for at in range(0, count, rate):
            block = np.zeros((min(rate, count - at), channels), np.float32)
            for voice in voices:
                voice.add_to(block, at)
            wav.write(block)
    return rate, count


class _Voice:
    """One input, read forward in step with the mix."""

    def __init__(self, given: MixInput, rate: int, channels: int, end: Fraction, count: int) -> None:
        length = end - given.start if given.duration is None else given.duration
        self._first = round(given.offset * rate)
        self._length = max(0, min(round(length * rate), count - self._first))
        self._fades = (round(given.fade_in * rate), round(given.fade_out * rate))
        self._gains = np.array(_gains(given, channels), np.float32)
        begin = given.start + max(Fraction(0), -given.offset)
        self._pieces = sound_at(given.path, rate=rate, channels=channels, stream=given.stream, start=begin)
        self._held = np.zeros((0, channels), np.float32)

    def add_to(self, block: Samples, at: int) -> None:
        """Add what sounds during `block`, (S, C), whose first sample is number `at` of the mix."""
        begin, end = max(at, self._first), min(at + len(block), self._first + self._length)
        if begin >= end:
            return
        samples = self._take(end - begin)
        places = np.arange(begin - self._first, begin - self._first + len(samples))
        block[begin - at : begin - at + len(samples)] += samples * self._gains * self._swell(places)[:, None]

    def _take(self, count: int) -> Samples:
        """The next `count` samples; fewer at the end of the sound."""
        pieces, have = [self._held], len(self._held)
        while have < count and (piece := next(self._pieces, None)) is not None:
            pieces.append(piece)
            have += len(piece)
        joined = np.concatenate(pieces)
        self._held = joined[count:]
        return joined[:count]

    def _swell(self, places: NDArray[np.int64]) -> Samples:
        """The fades' gain at sample numbers counted from where this sound begins: raised cosines."""
        rise, fall = self._fades
        inward = np.clip((places + 0.5) / rise, 0, 1) if rise else np.ones(len(places))
        outward = np.clip((self._length - places - 0.5) / fall, 0, 1) if fall else np.ones(len(places))
        return np.asarray(np.sin(inward * pi / 2) ** 2 * np.sin(outward * pi / 2) ** 2, np.float32)


def _gains(given: MixInput, channels: int) -> tuple[float, ...]:
    """The factor of each channel. Panning keeps the power of a mono sound, and 0 leaves any sound as it is; what stands
    in the middle of surround sound stays there."""
    gain = 10 ** (given.gain_db / 20)
    if channels == 1:
        return (gain,)
    angle = (min(1.0, max(-1.0, given.pan)) + 1) * pi / 4
    sides = {"L": gain * sqrt(2) * cos(angle), "R": gain * sqrt(2) * sin(angle)}
    # loudspeakers are named FL, FR, FC, LFE, BL, ...: the last letter is the side
    return tuple(sides.get(each.name[-1], gain) for each in AudioLayout(channel_layout(channels)).channels)
