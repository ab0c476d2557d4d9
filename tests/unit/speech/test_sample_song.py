"""The sample song: what it is made from is known, so it is truth for what looks for words in music."""

from __future__ import annotations

import numpy as np
import pytest

from bench.sample_song import BARS, BEAT, LINES, SONG, song, truth
from media.samples import sample_path
from media.sound.cutting import measure_offset, read_sound
from speech.alignment import Alignment, align_song
from speech.dictionary import look_up
from speech.languages import language_of
from speech.lines import read_lines
from speech.pronounce import pronounce
from speech.separate import Separate
from speech.tokens import tokens
from speech.voice import read_voice

ENGLISH = language_of("en-us")


@pytest.fixture(scope="module")
def found() -> Alignment:
    """Its words found in the music, which is not taken away."""
    lines = read_lines(SONG.with_suffix(".txt"), ("astronaut", "hopper"))
    return align_song(read_voice(sample_path("song"), Separate.NO), lines, ENGLISH)


def test_the_file_is_the_song_as_it_is_made() -> None:
    made, (kept, rate) = song().astype(np.float32), read_sound(sample_path("song"))
    assert rate == 48_000
    assert len(kept) == pytest.approx(len(made), abs=1100)
    assert len(made) == round(len(BARS) * 4 * BEAT * rate)
    assert abs(measure_offset(made[:, 0], kept[:, 0], rate)) < 0.001
    count = min(len(made), len(kept))
    assert np.corrcoef(made[:count, 0], kept[:count, 0])[0, 1] > 0.98


def test_what_it_sings_is_what_the_dictionary_says_and_what_is_written() -> None:
    told = read_lines(SONG.with_suffix(".txt"), ("astronaut", "hopper"))
    assert [line.text for line in told] == [line.text for line in LINES]
    for line, phones in truth():
        for number, token in enumerate(tokens(line.text, ENGLISH)):
            own = tuple(phone.name for phone in phones if phone.word == number)
            assert own in look_up(token.said), token.said
    assert all(word.ways for word in pronounce(tokens("paper moon", ENGLISH), ENGLISH))


def test_phones_are_found_in_music_to_a_frame(found: Alignment) -> None:
    errors = []
    for line, (_, phones) in zip(found.lines, truth(), strict=True):
        assert line.confidence > 0.9
        assert [phone.name for phone in line.phones] == [phone.name for phone in phones]
        errors += [abs(own.start - true.start) for own, true in zip(line.phones, phones, strict=True)]
    assert np.median(errors) < 0.02
    assert np.percentile(errors, 90) < 0.06


def test_a_last_vowel_is_not_held_for_as_long_as_the_music_plays(found: Alignment) -> None:
    for line, (_, phones) in zip(found.lines, truth(), strict=True):
        assert line.end == pytest.approx(phones[-1].end, abs=0.15)
