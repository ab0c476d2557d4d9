"""The sample vocal follows the mouth: as loud as it is open, at the same instant, without clicks."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from media.sound.melody import pitch
from media.sound.synth import sing

RATE = 48000
NTSC = Fraction(30000, 1001)


def mouth(frames: int) -> NDArray[np.float64]:
    """An opening like speech: syllables of changing size, with closures."""
    seconds = np.arange(frames) / float(NTSC)
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 3.1 * seconds) * np.sin(2 * np.pi * 0.7 * seconds)
    syllables[frames // 3 : frames // 3 + 12] = 0
    return np.clip(syllables, 0, 1)


def loudness(song: NDArray[np.float32], frames: int) -> NDArray[np.float64]:
    """The RMS in each frame."""
    edges = [round(k / NTSC * RATE) for k in range(frames + 1)]
    return np.array([np.sqrt((song[a:b, 0].astype(float) ** 2).mean()) for a, b in pairwise(edges)])


def test_loudness_is_the_opening_with_no_delay() -> None:
    opening = mouth(240)
    song = sing(opening, NTSC)
    heard = loudness(song, 240)
    by_lag = {lag: np.corrcoef(np.roll(heard, -lag)[5:-5], opening[5:-5])[0, 1] for lag in range(-4, 5)}
    assert by_lag[0] > 0.95
    assert max(by_lag, key=lambda lag: by_lag[lag]) == 0
    assert heard[opening == 0][3:-3].max() < 0.1 * heard.max()


@pytest.mark.parametrize("fps", [NTSC, Fraction(25), Fraction(24000, 1001)])
@pytest.mark.parametrize("frames", [0, 1, 77])
def test_length_is_exact_and_the_peak_is_bounded(fps: Fraction, frames: int) -> None:
    song = sing(np.ones(frames), fps, sample_rate=44100)
    assert song.shape == (round(frames / fps * 44100), 1)
    assert song.dtype == np.float32
    if frames:
        assert 0.5 < np.abs(song).max() <= 10 ** (-3 / 20)


def test_a_mouth_that_stays_closed_is_silent() -> None:
    assert not sing(np.zeros(50), NTSC).any()


def test_there_are_no_clicks_at_the_seams_between_seconds() -> None:
    song = sing(np.ones(240), NTSC)[:, 0]
    steps = np.abs(np.diff(song, n=2))
    seams = np.concatenate([steps[k * RATE - 3 : k * RATE + 3] for k in range(1, 8)])
    assert seams.max() <= np.quantile(steps, 0.9999)
    assert abs(song[0]) < 1e-3
    assert abs(song[-1]) < 1e-3


def test_a_wide_mouth_sings_a_brighter_vowel() -> None:
    def brightness(opening: float) -> float:
        song = sing(np.full(90, opening), NTSC)[:, 0]
        power = np.abs(np.fft.rfft(song)) ** 2
        hertz = np.fft.rfftfreq(len(song), 1 / RATE)
        return float((hertz * power)[hertz < 5000].sum() / power[hertz < 5000].sum())

    assert brightness(1.0) > 1.4 * brightness(0.2)


def test_the_same_mouth_sings_the_same_song_and_the_tune_is_in_a_voices_range() -> None:
    opening = mouth(60)
    np.testing.assert_array_equal(sing(opening, NTSC), sing(opening, NTSC))
    hertz = pitch(np.linspace(0, 60, 6000))
    assert 150 < hertz.min() < hertz.max() < 500
    assert np.abs(np.diff(hertz)).max() < 60
