"""The part of a song that is listened to, and its place in a result."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bench._singer import RATE as SONG_RATE
from bench.sample_song import song
from foundation.errors import InputError
from media.sound.wav import write_wav
from speech.acoustic import RATE
from speech.separate import Separate
from speech.voice import Part, Voice, read_voice
from speech.weights import find_weights


def silent(done: float, of: float) -> None:
    """Nobody looks."""


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (48000, 6)])
def test_a_part_is_read_from_any_rate_and_loudspeakers(tmp_path: Path, rate: int, channels: int) -> None:
    """A tone in the second second alone."""
    times = np.arange(3 * rate) / rate
    tone = np.where((times >= 1) & (times < 2), 0.5 * np.sin(2 * np.pi * 440 * times), 0.0).astype(np.float32)
    write_wav(tmp_path / "song.wav", np.repeat(tone[:, None], channels, axis=1), rate)
    part = read_voice(tmp_path / "song.wav", Separate.NO, silent, Part(0, Fraction(1), Fraction(1)))
    assert part.seconds == pytest.approx(1.0, abs=0.02)
    assert np.sqrt(np.mean(part.samples**2)) > 0.1
    with pytest.raises(InputError, match="no voice is heard"):
        read_voice(tmp_path / "song.wav", Separate.NO, silent, Part(0, Fraction(2)))


@pytest.mark.parametrize(("delay", "first"), [(0.5, 0.5), (-0.5, 0.0), (5.0, None)])
def test_a_voice_lies_in_a_result_where_it_begins(delay: float, first: float | None) -> None:
    voice = Voice(np.ones(RATE, np.float32), separated=False)
    placed = voice.placed(delay, 2.0)
    assert len(placed) == 2 * RATE
    sounding = np.flatnonzero(placed)
    assert (sounding[0] / RATE if len(sounding) else None) == first
    assert len(sounding) == {0.5: RATE, -0.5: RATE // 2, 5.0: 0}[delay]


@pytest.mark.slow
@pytest.mark.skipif(find_weights() is None, reason="the weights that separate voices are not installed")
def test_what_was_looked_at_for_music_is_taken_as_it_is(tmp_path: Path) -> None:
    """Three blocks of the sample song: two are looked at, and the voice is that of YES."""
    write_wav(tmp_path / "song.wav", np.tile(song()[: 12 * SONG_RATE], (2, 1)).astype(np.float32), SONG_RATE)
    auto, always = (read_voice(tmp_path / "song.wav", how, silent) for how in (Separate.AUTO, Separate.YES))
    assert auto.separated
    assert auto.seconds == pytest.approx(24, abs=0.01)
    assert np.array_equal(auto.samples, always.samples)
