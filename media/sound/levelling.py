"""Loudness after EBU R 128: measured, changed, encoded, and measured again in what the listener's decoder gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from foundation.errors import StageError
from media.ffmpeg.argv_effects import change_level
from media.ffmpeg.run import run_ffmpeg
from media.sound.loudness import Loudness, measure_loudness

CEILING = -1.0
"""dBTP (EBU R 128, Tech 3343): what a decoder gives stays under it."""
TOLERANCE = 0.5
"""LU that the result may lie beside what was asked for."""

_SILENCE = -69.0  # LUFS: the meter's gate lies at -70, so this is nothing or next to it
_AIM = 0.2  # LU: close enough to stop
_STEP = 0.1  # dB: the meter's resolution
_ATTEMPTS = 6


def silent(found: Loudness) -> bool:
    """Too soft, or too short (under 0.4 s), to have a loudness."""
    return found.integrated < _SILENCE


def _keeps(found: Loudness, target: float) -> bool:
    """Whether this is what was asked for."""
    return abs(found.integrated - target) <= TOLERANCE and found.true_peak < CEILING


def level(
    source: Path, destination: Path, *, rate: int, target: float, delivered: Callable[[Path, Path], Path]
) -> Loudness:
    """Bring a WAV to a loudness, its true peaks under CEILING; silence stays silence.

    One gain for the whole sound; where peaks would pass the ceiling, they are limited. A lossy codec changes peaks, so
    what counts is measured in `delivered(wav, folder)`: a file of the sound as it will be encoded.

    Returns: what the delivered sound measures.
    Raises: StageError if the loudness cannot be had without peaks over the ceiling.
    """
    before = measure_loudness(source)
    if silent(before):
        run_ffmpeg(change_level(source, destination, rate=rate, gain_db=0.0, ceiling_db=None), file=destination)
        return before
    gain, ceiling = target - before.integrated, CEILING - 2 * _STEP
    with TemporaryDirectory(dir=destination.parent) as folder:
        for _ in range(_ATTEMPTS):
            limit = ceiling if before.true_peak + gain > ceiling else None
            command = change_level(source, destination, rate=rate, gain_db=gain, ceiling_db=limit)
            run_ffmpeg(command, file=destination)
            after = measure_loudness(delivered(destination, Path(folder)))
            if abs(after.integrated - target) <= _AIM and _keeps(after, target):
                return after
            gain += target - after.integrated
            ceiling -= max(0.0, after.true_peak - CEILING + _STEP)
    if not _keeps(after, target):
        raise StageError(
            f"the sound cannot be brought to {target:g} LUFS: limited to {CEILING:g} dBTP it has {after.integrated:g}",
            file=source,
            cure="choose a lower audio.loudness_lufs",
        )
    return after
