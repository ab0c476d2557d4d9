"""Lyrics files: what is read, and what of a hostile or broken one is refused, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from media.text.lrc import parse_lrc
from media.text.lyrics import MAX_BYTES, read_lyrics

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
        "[00:04]Note: no name\n[00:05]mona_lisa: <00:05.0>one <00:05.5>two\n[00:06]plain"
    )
    found = [(text, singers) for _, _, text, singers in read(tmp_path, "a.lrc", text)]
    assert found == [
        ("Hello", ("mona_lisa",)),
        ("Us", ("the president", "mona_lisa")),
        ("大家", ("mona_lisa", "the president")),
        ("Note: no name", ()),
        ("one two", ("mona_lisa",)),
        ("plain", ()),
    ]
    with pytest.raises(InputError, match=r"1\.00 s is sung by 'mona_liza', who is no performer .*mean mona_lisa"):
        read(tmp_path, "a.lrc", "[00:01]mona_liza: Hello")


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
        ("a.srt", b"x" * (MAX_BYTES + 1), "is larger than 2 MB"),
        ("a.ass", "[Events]\nDialogue: broken", "holds no lines"),
        ("a.lrc", "[00:01]x\n[00:01]y", "the line at 1.00 s ends at 1.00 s"),
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
