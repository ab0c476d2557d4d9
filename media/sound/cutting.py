"""Sound cut by samples, not by packets."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError
from media.sound.reader import continuous, sound_blocks, to_float
from media.sound.wav import SampleType, wav_file, write_wav

__all__ = ["cut_wav", "measure_offset", "read_sound", "write_wav"]

_LONGEST_WHOLE = 1800  # seconds that `read_sound` holds in memory


def cut_wav(
    source: Path, destination: Path, *, start: Fraction, duration: Fraction, stream: int = 0
) -> tuple[int, int]:
    """Cut a stretch of sound out of a media file, at its own sample rate and channels, and write it as WAV.

    Sample 0 of the result is number round(start * rate), and there are exactly round(duration * rate). Time is the
    clock of `timestamps`: sound that begins later than `start`, ends early or has holes is filled up with silence.
    Sources of up to 16 bits become 16-bit WAV, unchanged; all others 32-bit float. Memory is constant, size unlimited.

    Returns: sample rate, number of samples.
    Raises: InputError if the source has no such sound or cannot be decoded, StageError if the disk is full.
    """
    if duration <= 0:
        raise InputError("there is no sound in a range without length", file=source, cure="choose a later end")
    blocks = sound_blocks(source, stream=stream)
    head = next(blocks, None)
    if head is None:
        raise InputError("its audio stream is empty", file=source, cure="choose another source of sound")
    rate, channels = head.rate, head.samples.shape[1]
    first, count = round(start * rate), round(duration * rate)
    kind: SampleType = "s16" if head.samples.dtype == np.int16 else "flt"
    with wav_file(destination, rate=rate, channels=channels, kind=kind) as wav:
        left = count
        for samples in continuous(chain([head], blocks), first):
            wav.write(samples[:left])
            left -= min(left, len(samples))
            if not left:
                break
        for at in range(0, left, rate):
            wav.write(np.zeros((min(rate, left - at), channels), head.samples.dtype))
    return rate, count


def read_sound(path: Path, *, stream: int = 0) -> tuple[NDArray[np.float32], int]:
    """A whole audio stream in memory, from where playing the file begins: for short files and measurements.

    Returns: (S, C) float32 with full scale 1, sample rate.
    Raises: InputError as `cut_wav`.
    """
    blocks = sound_blocks(path, stream=stream)
    head = next(blocks, None)
    if head is None:
        raise InputError("its audio stream is empty", file=path, cure="choose another source of sound")
    pieces = [np.zeros((0, head.samples.shape[1]), np.float32)]
    left = _LONGEST_WHOLE * head.rate
    for samples in continuous(chain([head], blocks), 0):
        pieces.append(to_float(samples))
        left -= len(samples)
        if left < 0:
            told = f"its sound is longer than {_LONGEST_WHOLE // 60} minutes"
            raise InputError(told, file=path, cure="cut it first")
    return np.concatenate(pieces), head.rate


def measure_offset(a: NDArray[np.float32], b: NDArray[np.float32], sample_rate: int) -> Fraction:
    """How much later the same sound comes in `b` than in `a`, seconds: the peak of their cross-correlation.

    Args:
        a, b: (S,) mono samples at `sample_rate`.
    """
    size = 1 << (len(a) + len(b) - 1).bit_length()
    spectrum = np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size))
    lag = int(np.argmax(np.fft.irfft(spectrum, size)))
    return Fraction(lag - size if lag > size // 2 else lag, sample_rate)
