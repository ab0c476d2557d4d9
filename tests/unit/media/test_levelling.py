"""Loudness: what was asked for is what the meter reads in the encoded file, and no peak passes the ceiling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import StageError
from media.ffmpeg import argv
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.sound.cutting import measure_offset, read_sound, write_wav
from media.sound.levelling import CEILING, TOLERANCE, level, silent
from media.sound.loudness import measure_loudness

RATE = 48000


def sound(kind: str, seconds: int = 6) -> NDArray[np.float32]:
    """(S, 2): steady noise, or soft noise with a hard click twice a second, whose peaks reach full scale."""
    dice = np.random.default_rng(7)
    noise = dice.normal(0, 0.02 if kind == "steady" else 0.005, (RATE * seconds, 2))
    if kind == "clicks":
        noise[:: RATE // 2] += 0.9
    return noise.astype(np.float32)


def encoded(codec: str, wav: Path, folder: Path) -> Path:
    path = folder / "heard.mkv"
    track = argv.Track(wav, options=encoding(codec, channels=2, whole=False))
    run_ffmpeg(argv.mux(path, container="mkv", video=None, tracks=[track]), file=path)
    return path


@pytest.mark.parametrize(
    ("kind", "codec", "target"),
    [("steady", "opus", -14), pytest.param("clicks", "aac", -16, marks=pytest.mark.slow), ("clicks", "pcm", -23)],
)
def test_the_delivered_sound_has_the_loudness_and_keeps_under_the_ceiling(
    kind: str, codec: str, target: float, tmp_path: Path
) -> None:
    source, out = tmp_path / "s.wav", tmp_path / "o.wav"
    write_wav(source, sound(kind), RATE)
    told = level(source, out, rate=RATE, target=target, delivered=lambda wav, folder: encoded(codec, wav, folder))
    found = measure_loudness(encoded(codec, out, tmp_path))
    assert (found.integrated, found.true_peak) == (told.integrated, told.true_peak)
    assert abs(found.integrated - target) <= TOLERANCE
    assert found.true_peak < CEILING
    before, after = read_sound(source)[0], read_sound(out)[0]
    assert after.shape == before.shape
    assert measure_offset(before[:, 0], after[:, 0], RATE) == 0


def test_silence_stays_silence(tmp_path: Path) -> None:
    source, out = tmp_path / "s.wav", tmp_path / "o.wav"
    write_wav(source, np.zeros((RATE, 1), np.float32), RATE)
    assert silent(level(source, out, rate=RATE, target=-14, delivered=lambda wav, folder: wav))
    assert not read_sound(out)[0].any()


def test_a_loudness_that_peaks_do_not_allow_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "s.wav"
    lonely = np.zeros((RATE * 6, 1), np.float32)
    lonely[:: RATE * 2] = 0.5
    write_wav(source, lonely + np.float32(1e-4) * sound("steady")[:, :1], RATE)
    with pytest.raises(StageError, match="cannot be brought to -5 LUFS") as caught:
        level(source, tmp_path / "o.wav", rate=RATE, target=-5, delivered=lambda wav, folder: wav)
    assert "loudness_lufs" in str(caught.value.cure)
