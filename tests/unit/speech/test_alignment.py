"""Words found in sound: within frames where the truth is known, told where they are not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import InputError
from media.sound.wav import write_wav
from speech.acoustic import RATE
from speech.alignment import Alignment, How, align_song, check_found
from speech.languages import language_of
from speech.lines import SungLine, read_lines
from speech.loudness import STEP, loudness
from speech.phones import Phone
from speech.separate import Separate
from speech.timing import by_pieces, held_on, in_proportion, natural, sequence, voiced_span
from speech.tokens import tokens
from speech.voice import Voice, read_voice
from speech.wordless import free_phones, wordless_mouth
from tests.synthetic import tone

pytest.importorskip("espeakng_loader", reason="sentences with known phone times are eSpeak NG's")
from bench._sung import ENGLISH, Truth, spoken
from speech.pronounce import pronounce

PAUSE = 0.8


@pytest.fixture(scope="module")
def song() -> tuple[Voice, list[Truth], list[float]]:
    """Three lines spoken with pauses, and where each begins."""
    truths = [spoken(text, "en-us") for text in ENGLISH[:3]]
    starts, pieces, at = [], [], 0.0
    for truth in truths:
        pieces += [np.zeros(round(PAUSE * RATE)), truth.samples]
        starts.append(at + PAUSE)
        at += PAUSE + len(truth.samples) / RATE
    return Voice(np.concatenate([*pieces, np.zeros(RATE)]).astype(np.float32), False), truths, starts


def untimed(lines: tuple[str, ...] | list[str]) -> list[SungLine]:
    return [SungLine(text) for text in lines]


def aligned(voice: Voice, lines: list[SungLine]) -> Alignment:
    return align_song(voice, lines, language_of("en"), sung=False)


@pytest.mark.parametrize("timed", [False, True])
def test_words_are_found_where_they_are_said(song: tuple[Voice, list[Truth], list[float]], timed: bool) -> None:
    voice, truths, starts = song
    ends = [start + len(truth.samples) / RATE for start, truth in zip(starts, truths, strict=True)]
    lines = untimed(ENGLISH[:3])
    if timed:  # as people time lines: a fifth of a second off
        lines = [
            SungLine(line.text, (), at - 0.2, end + 0.1) for line, at, end in zip(lines, starts, ends, strict=True)
        ]
    found = aligned(voice, lines)
    assert [line.how for line in found.lines] == [How.ALIGNED] * 3
    assert min(line.confidence for line in found.lines) > 0.9
    for line, truth, start in zip(found.lines, truths, starts, strict=True):
        shut = [phone.later(start) for phone in truth.phones if phone.name in "PBM"]
        placed = [phone for phone in line.phones if phone.name in "PBM"]
        assert [phone.name for phone in placed] == [phone.name for phone in shut]
        assert np.median([abs(a.end - b.end) for a, b in zip(placed, shut, strict=True)]) < 0.04
        assert "".join(word.shown for word in line.words) == truth.text
        edges = [time for word in line.words for time in (word.start, word.end)]
        assert edges == sorted(edges)


def test_words_that_are_not_in_the_sound_are_told(song: tuple[Voice, list[Truth], list[float]]) -> None:
    found = aligned(song[0], untimed(["completely different sentences stand here", "nobody ever sang them", "goodbye"]))
    assert found.found < 0.5
    with pytest.raises(InputError, match=r"the words are not in the sound: 0 of 1 lines were found \(check the words"):
        check_found(aligned(song[0], untimed(["yellow squirrels jumping quickly over icy hedgehogs"])))


def test_a_line_that_the_words_leave_out_does_not_hinder_the_others(
    song: tuple[Voice, list[Truth], list[float]],
) -> None:
    found = aligned(song[0], untimed([ENGLISH[0], ENGLISH[2]]))
    assert [line.confidence > 0.5 for line in found.lines] == [True, True]
    assert all(song[2][2] < word.start < song[0].seconds - 1 for word in found.lines[1].words[2:])


def test_a_line_with_no_time_to_be_said_is_laid_out_in_proportion(song: tuple[Voice, list[Truth], list[float]]) -> None:
    crowded = SungLine(" ".join(ENGLISH), (), 1.0, 1.2)
    (line,) = aligned(song[0], [crowded]).lines
    assert (line.how, line.confidence) == (How.PROPORTION, 0.0)
    assert 0.9 < line.start < line.end < 1.5  # the last vowel is held on


def test_the_same_sound_gives_the_same_times(song: tuple[Voice, list[Truth], list[float]]) -> None:
    assert aligned(song[0], untimed(ENGLISH[:2])) == aligned(song[0], untimed(ENGLISH[:2]))


def test_more_words_than_can_be_searched_are_refused(song: tuple[Voice, list[Truth], list[float]]) -> None:
    with pytest.raises(InputError, match=r"too many .*give the lines times"):
        aligned(song[0], untimed(["la " * 400] * 11))


# ---- times by rule ----


def words(text: str) -> list:  # type: ignore[type-arg]
    language = language_of("en")
    return pronounce(tokens(text, language), language)


def test_in_proportion_vowels_last_twice_as_long() -> None:
    phones = in_proportion(words("bee too"), 1.0, 4.0)
    assert [(phone.name, round(phone.start, 2), phone.word) for phone in phones] == [
        ("B", 1.0, 0),
        ("IY", 1.5, 0),
        ("T", 2.5, 1),
        ("UW", 3.0, 1),
    ]
    assert phones[-1].end == pytest.approx(4.0)


def test_timed_words_keep_their_times() -> None:
    line = SungLine("bee too see", (), 1.0, 4.0, ((1.0, "bee "), (2.0, "too see")))
    phones = by_pieces(line, words(line.text), 4.0)
    assert [phone.start for phone in phones if phone.name in "BTS"] == pytest.approx([1.0, 2.0, 3.0])
    assert {phone.word for phone in phones} == {0, 1, 2}


def test_a_vowel_before_silence_lasts_as_its_sound_does() -> None:
    level = np.full(400, -70.0)
    level[100:250] = -20.0
    ends = held_on([Phone("M", 0.9, 1.0, 0), Phone("AA", 1.0, 1.2, 0), Phone("SIL", 1.2, 4.0)], level)
    assert [phone.name for phone in ends] == ["M", "AA"]
    assert ends[1].end == pytest.approx(2.5, abs=0.02)
    until = held_on([Phone("AA", 1.0, 1.2, 0), Phone("SIL", 1.2, 2.0), Phone("M", 2.0, 2.1, 1)], level)
    assert until[0].end == pytest.approx(2.0, abs=0.011)


def test_a_stop_takes_no_more_of_a_vowel_than_it_lasts() -> None:
    vowel, stop = natural([Phone("AA", 0.0, 0.3, 0), Phone("T", 0.3, 0.7, 0)])
    assert (vowel.end, stop.start, stop.end) == (pytest.approx(0.58), pytest.approx(0.58), 0.7)


def test_lines_of_one_singer_never_overlap() -> None:
    phones = sequence([[Phone("AA", 0.0, 1.0, 0), Phone("SIL", 1.0, 2.0)], [Phone("M", 0.8, 1.2, 0)]])
    assert [(phone.start, phone.end, phone.word) for phone in phones] == [(0.0, 0.8, 0), (0.8, 1.2, 1)]


def test_the_voiced_part_of_a_stretch() -> None:
    level = np.full(1000, -70.0)
    level[200:400] = -20.0
    assert voiced_span(level, 0.0, 9.0) == (pytest.approx(2.0), pytest.approx(4.0))


# ---- lyrics and voices as they come ----


def test_plain_text_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "song.txt"
    path.write_text("[Chorus]\nAnna: one  two\n\nthree: four\n# end\n", encoding="utf-8")
    assert read_lines(path, ["Anna"]) == [SungLine("one two", ("Anna",)), SungLine("three: four")]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "[Chorus]\n\n", "holds no words"),
        ("a.txt", "la" * 1000, "line 1 has 2000 characters"),
        ("a.doc", "la", "ends in .txt, .srt, .lrc, .ass"),
        ("a.txt", b"\xff\xfe\x00", "is not text in UTF-8"),
    ],
)
def test_what_is_no_file_of_words_is_told(name: str, text: str | bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=told):
        read_lines(path)


def stored(path: Path, samples: NDArray[np.float32], rate: int) -> Path:
    write_wav(path, samples, rate)
    return path


def test_any_sound_becomes_one_channel_of_16_kilohertz(tmp_path: Path) -> None:
    mono = stored(tmp_path / "mono.wav", tone(1.5, rate=8000), 8000)
    surround = np.zeros((48000, 6), np.float32)
    surround[:, 2] = tone(1.0)[:, 0]  # the middle, where voices are
    around = stored(tmp_path / "around.wav", surround, 48000)
    for path, seconds in ((mono, 1.5), (around, 1.0)):
        voice = read_voice(path, Separate.NO)
        assert voice.seconds == pytest.approx(seconds, abs=0.01)
        assert np.abs(voice.samples).max() > 0.1


def test_silence_and_pictures_without_sound_are_told(tmp_path: Path) -> None:
    quiet = stored(tmp_path / "quiet.wav", np.zeros((16000, 1), np.float32), 16000)
    with pytest.raises(InputError, match="no voice is heard in it"):
        read_voice(quiet, Separate.NO)


def test_a_voice_without_words_opens_the_mouth_where_it_sounds(song: tuple[Voice, list[Truth], list[float]]) -> None:
    voice, truths, starts = song
    gap = wordless_mouth(free_phones(voice.samples), loudness(voice.samples), voice.seconds, sung=False).lips[:, 0]
    for start, truth in zip(starts, truths, strict=True):
        said = gap[round(start / STEP) : round((start + len(truth.samples) / RATE) / STEP)]
        assert said.max() > 0.04
        assert gap[round((start - 0.45) / STEP) : round((start - 0.25) / STEP)].max() < 0.01
    silence = np.zeros(RATE, np.float32)
    assert wordless_mouth(free_phones(silence), loudness(silence), 1.0).lips[:, 0].max() < 1e-6


def test_more_than_can_be_searched_is_told_before_any_of_it_is() -> None:
    """Half an hour, whose lines have no times: refused at once, while lines with times are looked for one by one."""
    voice = Voice(np.zeros(30 * 60 * RATE, np.float32), separated=True)
    with pytest.raises(InputError, match="2 words without times in 30 minutes of sound are too many"):
        align_song(voice, [SungLine("paper moon")], language_of("en"))
