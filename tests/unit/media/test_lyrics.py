"""Lyrics files: what is read, and what of a hostile or broken one is refused, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from foundation.limits import Limit
from media.text.lrc import parse_lrc
from media.text.lyrics import read_lyrics

NAMES = ["mona_lisa", "the president"]


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, name: str, text: str | bytes) -> list[tuple[int, int, str, tuple[str, ...]]]:
    path = write(folder, name, text)
    lines, _ = read_lyrics(path, path.suffix, NAMES)
    return [(line.start, line.end, line.text, line.singers) for line in lines]


def test_lrc_lines_last_until_the_next_and_ten_seconds_at_most() -> None:
    text = "[ti:Song]\n[00:01.5]One\n[00:03]Two\n[00:04.250]\n[01:00.00]Three"
    found = [(line.start, line.end, line.words) for line in parse_lrc(text)]
    assert found == [
        (1500, 3000, ((1500, "One"),)),
        (3000, 4250, ((3000, "Two"),)),
        (60000, 70000, ((60000, "Three"),)),
    ]


def test_lrc_lines_that_come_back_bring_their_words_times_along() -> None:
    first, second = parse_lrc("[offset:500]\n[00:01.50][00:11.50]<00:01.50>La <00:02.00>li <00:02.75>")
    assert first.words == ((1000, "La "), (1500, "li "))
    assert first.end == 2250
    assert second.words == ((11000, "La "), (11500, "li "))
    assert second.end == 12250


def test_srt_is_read_without_its_markup(tmp_path: Path) -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> {\\an8}there\nagain\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"
    )
    assert read(tmp_path, "a.srt", text) == [(1000, 2500, "Hello there\nagain", ()), (3000, 4000, "Bye", ())]


def test_singers_stand_before_their_lines(tmp_path: Path) -> None:
    text = (
        "[00:01]mona_lisa: Hello\n[00:02]the president & mona_lisa: Us\n[00:03]all\uff1a大家\n"
        "[00:04]I said: no name\n[00:05]mona_lisa: <00:05.0>one <00:05.5>two\n[00:06]plain"
    )
    found = [(text, singers) for _, _, text, singers in read(tmp_path, "a.lrc", text)]
    assert found == [
        ("Hello", ("mona_lisa",)),
        ("Us", ("the president", "mona_lisa")),
        ("大家", ("mona_lisa", "the president")),
        ("I said: no name", ()),
        ("one two", ("mona_lisa",)),
        ("plain", ()),
    ]
    with pytest.raises(InputError, match=r"1\.00 s is sung by 'mona_liza', who is no performer .*mean mona_lisa"):
        read(tmp_path, "a.lrc", "[00:01]mona_liza: Hello")


def test_lines_of_one_time_last_together_and_an_empty_one_ends_nothing() -> None:
    found = parse_lrc("[00:00.20]Je chante\n[00:00.20]I am singing\n[00:00.20]\n[00:01.00]encore\n[00:01.00]again")
    assert [(line.start, line.end) for line in found] == [(200, 1000)] * 2 + [(1000, 11000)] * 2
    (word,) = parse_lrc("[00:01]<00:01>hi<00:01>")
    assert (word.start, word.end) == (1000, 11000)


@pytest.mark.parametrize(
    ("written", "text", "singers"),
    [
        ("MONA_LISA: Hello", "Hello", ("mona_lisa",)),
        ("The President & Mona_Lisa: Us", "Us", ("the president", "mona_lisa")),
        ("the president AND mona_lisa: Us", "Us", ("the president", "mona_lisa")),
        ("Both: la", "la", ("mona_lisa", "the president")),
        ("ALL: la", "la", ("mona_lisa", "the president")),
        ("- mona_lisa: Hi\n- The President: Hello", "Hi\nHello", ("mona_lisa", "the president")),
        ("mona_lisa: Hi\nagain", "Hi\nagain", ("mona_lisa",)),
        ("- no name at all", "- no name at all", ()),
        ("At 7:30: I woke", "At 7:30: I woke", ()),
        ("Mother : where are you", "Mother : where are you", ()),
    ],
)
def test_names_are_known_as_people_write_them(
    tmp_path: Path, written: str, text: str, singers: tuple[str, ...]
) -> None:
    cue = f"1\n00:00:01,000 --> 00:00:02,000\n{written}\n"
    assert read(tmp_path, "a.srt", cue) == [(1000, 2000, text, singers)]


@pytest.mark.parametrize(
    ("written", "text", "singers"),
    [
        ("Chorus: la la", "la la", ()),
        ("Verse 1: la la", "la la", ()),
        ("TWO & mona_lisa: la", "la", ("mona_lisa",)),
        ("女\uff1a你好", "你好", ()),
    ],
)
def test_a_name_that_is_nobodys_is_told_and_not_shown(
    tmp_path: Path, written: str, text: str, singers: tuple[str, ...]
) -> None:
    told: list[str] = []
    (line,), _ = read_lyrics(write(tmp_path, "a.lrc", f"[00:01]{written}"), ".lrc", NAMES, told.append)
    assert (line.text, line.singers) == (text, singers)
    (note,) = told
    assert "the line at 1.00 s begins with " in note
    assert "performers: mona_lisa, the president; a space before the colon" in note


def test_a_cue_without_length_is_left_out_and_told(tmp_path: Path) -> None:
    cues = "1\n00:00:01,000 --> 00:00:01,000\nGone\n\n2\n00:00:02,000 --> 00:00:03,000\nHere\n"
    told: list[str] = []
    lines, _ = read_lyrics(write(tmp_path, "a.srt", cues), ".srt", NAMES, told.append)
    assert [line.text for line in lines] == ["Here"]
    assert told == ["the line at 1.00 s ends where it begins and is left out: 'Gone'"]


def test_names_in_a_script_go_behind_its_tags_and_in_every_row(tmp_path: Path) -> None:
    script = ASS.replace("{\\b1}Second", r"{\b1}The President: {\i1}Second\Nmona_lisa: row").replace(
        ",mona_lisa,", ",,"
    )
    lines, made = read_lyrics(write(tmp_path, "a.ass", script), ".ass", NAMES)
    assert lines[1].singers == ("the president", "mona_lisa")
    assert made is not None
    assert made[1].text == r"{\b1}{\i1}Second\Nrow"


ASS = """[Script Info]
PlayResX: 640
PlayResY: 360
Audio File: /etc/passwd

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour
Style: Default,DejaVu Sans,40,&H00FFFFFF

[Fonts]
fontname: evil.ttf
!!!!

[Graphics]
filename: evil.bmp
!!!!

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,a note
Dialogue: 0,0:00:02.00,0:00:03.00,Default,mona_lisa,0,0,0,,{\\b1}Second
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,the president: First
"""


def test_an_ass_file_keeps_its_styles_and_loses_what_it_brings_along(tmp_path: Path) -> None:
    lines, script = read_lyrics(write(tmp_path, "a.ass", ASS), ".ass", NAMES)
    assert [(line.text, line.singers) for line in lines] == [("First", ("the president",)), ("Second", ("mona_lisa",))]
    assert script is not None
    text = script.to_string("ass")
    assert "DejaVu Sans" in text
    assert "{\\b1}Second" in text
    for gone in ("evil", "passwd", "a note", "the president"):
        assert gone not in text


def test_a_script_asks_for_no_more_than_a_frame_can_show(tmp_path: Path) -> None:
    """812 bytes of it took 6.7 GB."""
    huge = r"{\fs9999\bord9999\blur999\be99\fscx90000\t(0,9,\xshad1e9)\pos(1,1)\b1}X{\p1}m 0 0 l 999999 5 5 5"
    script = ASS.replace(r"{\b1}Second", huge).replace("Default,DejaVu Sans,40", "Default,DejaVu Sans,99999")
    told: list[str] = []
    _, made = read_lyrics(write(tmp_path, "a.ass", script), ".ass", NAMES, told.append)
    assert made is not None
    assert made[1].text == (r"{\fs720\bord36\blur18\be18\fscx400\t(0,9,\xshad36)\pos(1,1)\b1}X{\p1}m 0 0 l 9999 5 5 5")
    assert made.styles["Default"].fontsize == 720
    assert told == ["2 of its lines and styles ask for more than a frame can show, and are made smaller"]
    usual = r"{\fs60\bord4\blur2\fscx120\k50\clip(0,0,1920,1080)}fine"
    _, made = read_lyrics(write(tmp_path, "b.ass", ASS.replace(r"{\b1}Second", usual)), ".ass", NAMES)
    assert made is not None
    assert made[1].text == usual


def test_lines_that_crowd_one_moment_are_refused(tmp_path: Path) -> None:
    line = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,again\n"
    with pytest.raises(InputError, match=r"shows 40\d lines at one time, more than 300"):
        read_lyrics(write(tmp_path, "a.ass", ASS + 400 * line), ".ass", NAMES)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "hello", "is no lyrics file"),
        ("a.lrc", "", "the file is empty"),
        ("a.lrc", "[ti:only a title]", "holds no lines"),
        ("a.lrc", "just words\n[00:01]x", "line 1 has no time: 'just words'"),
        ("a.lrc", "[00:01]" + "x" * 1001, "1001 characters, more than 1000"),
        ("a.lrc", "[00:01]x\n" * 20001, "20001 lines, more than 20000"),
        ("a.srt", "no times at all", "holds no lines"),
        ("a.srt", "1\n00:00:05,000 --> 00:00:02,000\nBack\n", "the line at 5.00 s ends at 2.00 s"),
        ("a.srt", b"\xb0\xae\xce\xd2", "is not text in UTF-8"),
        ("a.srt", b"x" * (Limit.LYRICS_BYTES.value.usual + 1), "is larger than 2 MB"),
        ("a.ass", "[Events]\nDialogue: broken", "holds no lines"),
        ("a.srt", "1\n00:00:05,000 --> 00:00:05,000\nNever\n", "holds no lines"),
    ],
)
def test_what_cannot_be_sung_is_told_in_one_line(tmp_path: Path, name: str, text: str | bytes, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, name, text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_flood_of_empty_lines_does_not_stall(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n" + "\n" * 1_000_000 + "2\n00:00:03,000 --> 00:00:04,000\nHere\n"
    assert [line[2] for line in read(tmp_path, "a.srt", text)] == ["Here"]
