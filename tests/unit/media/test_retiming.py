"""A line of lyrics is moved, stretched and given to others; what else stands in the file stays, to the letter."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from foundation.errors import InputError
from media.text.lyrics import Line, lyrics_in
from media.text.retiming import Change, Cue, changed, cues
from media.text.singers import Singers

PEOPLE = ("ann", "grace")
LRC = """\
[ar:Nobody]
# the first verse
[00:01.00]ann: Paper moon
[00:03.50] All: over the sea
[00:06.00]
[00:08.250][00:30.00]Hold <00:09.00>me <00:10.00>

[00:40.00]the end
"""
SRT = """\
1
00:00:01,000 --> 00:00:03,000 X1:40
<i>ann: Paper moon</i>
and more

2
00:00:04,000 --> 00:00:06,500
1999

3
00:01:00.000 --> 00:01:02.000
- Grace & ann: the end
"""
ASS = """\
[Script Info]
; a comment
PlayResX: 640

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:01.00,0:00:03.00,Default,ann,0,0,0,,{\\k50}Paper, {\\k50}moon
Dialogue: 0,0:00:04.00,0:00:06.50,Default,,0,0,0,,Grace: over\\Nthe sea
"""
FILES = {".lrc": LRC, ".srt": SRT, ".ass": ASS}


def people(kind: str) -> Singers:
    return Singers(PEOPLE, Path(f"words{kind}"))


def read(text: str, kind: str) -> list[Line]:
    return lyrics_in(text, kind, people(kind))[0]


def move(text: str, kind: str, number: int, start: int, end: int, *names: tuple[str, ...]) -> str:
    return changed(text, kind, number, Change(start, end, *names), people(kind))


def fresh_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that are gone, and lines that came."""
    told = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in told if line[0] == "-"], [line[2:] for line in told if line[0] == "+"]


@pytest.mark.parametrize("mark", ["<", "{"])
@pytest.mark.parametrize("kind", FILES)
def test_markup_that_never_ends_is_text_like_any_other(kind: str, mark: str) -> None:
    """Reading it takes a moment, where looking for its end from each place would take hours."""
    long = mark * 200_000
    assert any(long in cue.text for cue in cues(FILES[kind].replace("Paper", long), kind, people(kind)))


@pytest.mark.parametrize("kind", FILES)
def test_lines_are_those_that_are_sung(kind: str) -> None:
    found, sung = cues(FILES[kind], kind, people(kind)), read(FILES[kind], kind)
    assert [(cue.start, cue.end, cue.singers) for cue in found] == [(one.start, one.end, one.singers) for one in sung]
    assert [cue.text.split() for cue in found] == [one.text.split() for one in sung]


@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", FILES)
def test_a_line_is_moved_and_all_else_stays(kind: str, line: str) -> None:
    text = FILES[kind].replace("\n", line)
    before = cues(text, kind, people(kind))
    for number, cue in enumerate(before):
        after = move(text, kind, number, cue.start + 120, cue.end + 120)
        assert set(after) - set(text) <= set("0123456789")
        assert after.count(line) == after.count("\n")
        gone, _ = fresh_lines(text, after)
        assert len(gone) <= 2  # its own, and where its end is written
        moved = cues(after, kind, people(kind))
        assert [each.text for each in moved] == [each.text for each in before]
        assert moved[number].start == cue.start + 120
        assert [each.start for each in moved if each.text != cue.text] == [
            each.start for each in before if each.text != cue.text
        ]


def the(found: list[Cue], word: str) -> Cue:
    return next(cue for cue in found if word in cue.text)


def test_an_lrc_line_ends_where_it_is_let_go() -> None:
    after = move(LRC, ".lrc", 1, 3500, 5000)  # its end is written: the time alone
    assert fresh_lines(LRC, after) == (["[00:06.00]"], ["[00:05.00]"])
    after = move(LRC, ".lrc", 0, 1000, 2345)  # the next line ended it
    assert fresh_lines(LRC, after) == ([], ["[00:02.34]"])
    assert the(cues(after, ".lrc", people(".lrc")), "Paper").end == 2340
    assert move(after, ".lrc", 0, 1000, 9999) == after.replace("[00:02.34]", "[00:03.50]")  # no further than the next
    after = move(LRC, ".lrc", 4, 40_000, 45_000)  # the last one
    assert read(after, ".lrc")[-1].end == 45_000


def test_words_go_with_their_line() -> None:
    after = move(LRC, ".lrc", 2, 9250, 12_000)
    assert "[00:09.250][00:30.00]Hold <00:10.00>me <00:12.00>" in after
    sung = [line for line in read(after, ".lrc") if line.text.startswith("Hold")]
    assert [[at for at, _ in line.words] for line in sung] == [[9250, 10_000], [30_000, 30_750]]
    shifted = "[offset:250]\n" + LRC
    first = cues(shifted, ".lrc", people(".lrc"))[0]
    assert first.start == 750
    assert "[00:02.00]ann: Paper" in move(shifted, ".lrc", 0, 1750, 3000)


@pytest.mark.parametrize(
    ("kind", "number", "names", "line"),
    [
        (".lrc", 0, ("grace",), "[00:01.00]grace: Paper moon"),
        (".lrc", 0, (), "[00:01.00]Paper moon"),
        (".lrc", 1, ("ann",), "[00:03.50] ann: over the sea"),
        (".lrc", 4, ("grace", "ann"), "[00:40.00]All: the end"),
        (".srt", 0, ("grace",), "<i>grace: Paper moon</i>"),
        (".srt", 1, ("ann",), "ann: 1999"),
        (".srt", 2, (), "the end"),
        (".ass", 0, ("grace",), "Dialogue: 0,0:00:01.00,0:00:03.00,Default,grace,0,0,0,,{\\k50}Paper, {\\k50}moon"),
        (".ass", 1, (), "Dialogue: 0,0:00:04.00,0:00:06.50,Default,,0,0,0,,over\\Nthe sea"),
    ],
)
def test_who_sings_a_line_is_chosen(kind: str, number: int, names: tuple[str, ...], line: str) -> None:
    cue = cues(FILES[kind], kind, people(kind))[number]
    after = move(FILES[kind], kind, number, cue.start, cue.end, names)
    assert fresh_lines(FILES[kind], after)[1] == [line]
    assert set(cues(after, kind, people(kind))[number].singers) == set(names)
    assert move(after, kind, number, cue.start, cue.end, names) == after


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(("number", "start", "end"), [(9, 0, 1), (-1, 0, 1), (0, 5, 5), (0, -1, 5)])
def test_what_cannot_be_is_refused(kind: str, number: int, start: int, end: int) -> None:
    with pytest.raises(InputError):
        move(FILES[kind], kind, number, start, end)


@pytest.mark.parametrize(("text", "kind"), [("words", ".txt"), ("[Events]\n", ".ass"), ("no time", ".lrc")])
def test_what_has_no_times_is_refused(text: str, kind: str) -> None:
    with pytest.raises(InputError):
        cues(text, kind, people(kind))
