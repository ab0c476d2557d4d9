"""Beats and bars, where it is known when they are; and sound that has none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench._beats import band, hiss, near, tempo_right
from bench.sample_song import BARS, BEAT, song
from speech.beats import RATE, find_beats, listen

SECONDS = np.arange(20 * RATE) / RATE


@pytest.mark.parametrize(("tempo", "drums"), [(76, True), (90, False), (120, True), (132, True)])
def test_beats_and_bars_are_where_they_are_played(tempo: int, drums: bool) -> None:
    found = find_beats(listen([band(tempo, drums=drums)]))
    assert found is not None
    assert tempo_right(found, tempo)
    # twice as many beats are beats still, and every second one of them is true
    played = np.arange(2 * len(BARS) * 8 + 16) * 30 / tempo  # beats may go on as the last chord rings
    assert near(found.times, played) > 0.95
    assert near(found.bars, played) > 0.95
    assert np.abs(np.subtract.outer(played[8:-32:8], found.bars)).min(axis=1).max() < 0.07


def test_a_waltz_has_three_beats_in_a_bar() -> None:
    found = find_beats(listen([band(104, in_bar=3)]))
    assert found is not None
    assert found.in_bar == 3
    assert near(found.bars, np.arange(18) * 3 * 60 / 104) > 0.95


def test_the_sample_song_is_heard_through_its_singers() -> None:
    sound = song().mean(axis=1)[::3]
    whole = listen([sound])
    found = find_beats(whole)
    assert found is not None
    assert found.tempo == pytest.approx(60 / BEAT, rel=0.01)
    assert near(found.bars, 4 * BEAT * np.arange(len(BARS) + 1.0, dtype=np.float64)) == 1
    pieces = listen(np.array_split(sound, [5, 700, 100_000]))
    np.testing.assert_allclose(pieces.onsets, whole.onsets, atol=1e-9)
    np.testing.assert_allclose(pieces.notes, whole.notes, atol=1e-9)
    assert len(whole.level) == pytest.approx(100 * len(sound) / RATE, abs=2)


@pytest.mark.parametrize(
    "sound",
    [
        hiss(20),
        np.sin(2 * np.pi * 220 * SECONDS) * (1 + 0.3 * np.sin(2 * np.pi * 0.13 * SECONDS)),
        np.zeros(20 * RATE),
        np.zeros(100),
        np.zeros(0),
    ],
    ids=["noise", "a swelling tone", "silence", "next to nothing", "nothing"],
)
def test_what_has_no_beat_has_none(sound: NDArray[np.float64]) -> None:
    assert find_beats(listen([sound])) is None
