"""Who sings which line, and who is seen when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import ManifestError
from pipeline.directing.cast import Singer, cast, whose
from pipeline.directing.paces import PACES, Cut, Pace, Style
from pipeline.directing.scenes import CUTS, Music, cut_scenes
from speech.alignment import AlignedLine, How, Word
from speech.beats import Beats
from speech.lines import SungLine, names_in

WORDS = Path("song.txt")
LIVELY, CALM = PACES[Style.LIVELY], PACES[Style.CALM]
EVERY_HALF = Beats(tuple(np.arange(0, 60, 0.5).tolist()), 4, 0)


def names(singers: Sequence[Singer]) -> list[tuple[str, str, str]]:
    return [(singer.name, singer.portrait, singer.called) for singer in singers]


def line(start: float, end: float, *singers: str) -> AlignedLine:
    return AlignedLine(SungLine("la", singers), (Word("la", start, end),), (), How.ALIGNED, 1.0)


def music(seconds: float, beats: Beats | None = EVERY_HALF, quiet: tuple[float, float] = (0, 0)) -> Music:
    level = np.full(round(seconds * 100) + 1, -10.0)
    level[round(quiet[0] * 100) : round(quiet[1] * 100)] = -40.0
    return Music(seconds, level, beats)


def test_portraits_are_called_like_their_files_unless_a_name_is_given() -> None:
    given = ["photos/Ann.jpg", "Bob=b.png", "sample:hopper", "other/ann.png", "12 (3).png", "x/42.png"]
    assert names(cast(given, {}, WORDS)) == [
        ("Ann", "photos/Ann.jpg", "Ann"),
        ("Bob", "b.png", "Bob"),
        ("hopper", "sample:hopper", "hopper"),
        ("ann_2", "other/ann.png", "ann_2"),
        ("singer", "12 (3).png", "singer"),
        ("singer_2", "x/42.png", "singer_2"),
    ]


def test_names_in_the_words_find_their_portraits_and_the_rest_go_in_order() -> None:
    singers = cast(["one.png", "bob.png", "two.png"], {"Zoë Q.": 3, "Bob": 2}, WORDS)
    assert names(singers) == [("Zoë Q", "one.png", "Zoë Q."), ("Bob", "bob.png", "Bob"), ("two", "two.png", "two")]
    lines = [SungLine("a", ("Zoë Q.",)), SungLine("b"), SungLine("c", ("Bob", "two"))]
    assert [each.singers for each in whose(lines, singers, 1)] == [("Zoë Q",), ("Zoë Q",), ("Bob", "two")]


def test_more_names_than_portraits_are_told_with_all_of_them() -> None:
    with pytest.raises(ManifestError, match=r"name 3 singers \(Ann, Bob, Cid\), and 2 portraits are given") as refused:
        cast(["ann.png", "x.png"], {"Ann": 2, "Bob": 1, "Cid": 1}, WORDS)
    assert refused.value.file == str(WORDS)
    assert len(cast(["x.png"], {"Remember": 1}, WORDS)) == 1
    with pytest.raises(ManifestError, match="17 portraits are more than 16"):
        cast([f"{number}.png" for number in range(17)], {}, WORDS)


def test_without_names_singers_take_turns_and_a_chorus_is_sung_by_all() -> None:
    texts = ["one", "two", "Sing, sing!", "three", "four", "sing sing"]
    lines = [SungLine(text) for text in texts]
    two = cast(["a.png", "b.png"], {}, WORDS)
    sung = [each.singers for each in whose(lines, two, 1)]
    assert sung == [("a",), ("b",), ("a", "b"), ("a",), ("b",), ("a", "b")]
    assert [each.singers for each in whose(lines, two, 2)][:5] == [("a",), ("a",), ("a", "b"), ("b",), ("b",)]
    assert {each.singers for each in whose(lines, cast(["a.png"], {}, WORDS), 1)} == {()}
    again = [SungLine("la") for _ in range(4)]
    assert [each.singers for each in whose(again, two, 1)] == [("a",), ("b",), ("a",), ("b",)]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.txt", "[Chorus]\nAnn: la\nBob & Ann: la\nall: la\nChorus 2: la\nI said: go\n", {"Ann": 2, "Bob": 1}),
        ("a.lrc", "[00:01.00]Ann: <00:01.00>la <00:01.50>la\n[00:03.00]12:30 again\n", {"Ann": 1}),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n<i>Ann:</i> la\n", {"Ann": 1}),
        (
            "a.ass",
            "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            "Dialogue: 0,0:00:01.00,0:00:02.00,D,Ann,0,0,0,,la, la\n"
            "Dialogue: 0,0:00:02.00,0:00:03.00,D,,0,0,0,,{\\k20}Bob: la\\NAnn: la\n",
            {"Ann": 2, "Bob": 1},
        ),
    ],
)
def test_names_before_lines_are_read_in_every_kind_of_file(
    tmp_path: Path, name: str, text: str, found: dict[str, int]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert names_in(tmp_path / name) == found


def test_scenes_follow_who_sings_and_are_cut_on_bars() -> None:
    lines = [line(1, 3.5, "a"), line(4.4, 7.4, "b"), line(8.6, 11, "a", "b"), line(12.3, 15, "a"), line(16.2, 19, "b")]
    found = cut_scenes(lines, music(20), ["a", "b"], LIVELY, upright=False)
    assert [(cut.start, cut.layout, cut.seen) for cut in found] == [
        (0.0, "full", ("a",)),
        (4.0, "picture_in_picture", ("b", "a")),
        (8.0, "side_by_side", ("a", "b")),
        (12.0, "full", ("a",)),
        (16.0, "full", ("b",)),
    ]
    assert [cut.fade for cut in found] == [0.4, 0, 0, 0, 0]
    upright = cut_scenes(lines, music(20), ["a", "b"], CALM, upright=True)
    assert "stacked" in [cut.layout for cut in upright]
    assert "picture_in_picture" not in [cut.layout for cut in upright]


def test_where_no_bar_is_the_last_beat_and_where_no_beat_is_the_breath_before_a_line() -> None:
    lines = [line(1, 4.8, "a"), line(5.6, 9, "b")]
    assert cut_scenes(lines, music(10), ["a", "b"], LIVELY, upright=False)[1].start == 5.5
    assert cut_scenes(lines, music(10, None), ["a", "b"], LIVELY, upright=False)[1].start == 5.4
    close = [line(1, 5.1, "a"), line(5.2, 9, "b")]
    assert cut_scenes(close, music(10, None), ["a", "b"], LIVELY, upright=False)[1].start == 5.15


def test_scenes_fade_into_one_another_where_the_music_is_quiet() -> None:
    lines = [line(1, 5.2, "a"), line(8, 13, "b")]
    found = cut_scenes(lines, music(14, quiet=(5.3, 8.4)), ["a", "b"], CALM, upright=False)
    assert [cut.fade for cut in found][1:] == [1.0]


def test_music_alone_shows_everybody_and_long_passages_are_parted_where_a_line_ends() -> None:
    lines = [line(at, at + 2, "a") for at in (10, 13, 16, 19)] + [line(30, 33, "b")]
    found = cut_scenes(lines, music(45), ["a", "b", "c", "d"], LIVELY, upright=False)
    everyone = ("grid", ("a", "b", "c", "d"))
    assert [(cut.layout, cut.seen) for cut in found] == [
        everyone,
        ("full", ("a",)),
        ("picture_in_picture", ("a", "b")),
        everyone,
        ("full", ("b",)),
        everyone,
    ]
    assert 15 - 0.1 <= found[2].start <= 16 + CUTS.late
    again = cut_scenes([line(1, 4, "a"), line(12, 15, "a")], music(16), ["a", "b"], LIVELY, upright=False)
    assert [cut.layout for cut in again] == ["full", "side_by_side", "picture_in_picture"]


def test_who_sings_too_shortly_for_a_scene_is_seen_with_the_next() -> None:
    lines = [line(1, 2, "a"), line(2.2, 4, "b"), line(4.2, 9, "a")]
    found = cut_scenes(lines, music(10), ["a", "b"], LIVELY, upright=False)
    assert [(cut.start, cut.layout) for cut in found] == [(0.0, "side_by_side"), (4.0, "full")]
    ends_short = cut_scenes([*lines, line(9.2, 10, "b")], music(11), ["a", "b"], LIVELY, upright=False)
    assert [(cut.start, cut.layout) for cut in ends_short] == [(0.0, "side_by_side")]


@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.floats(0.05, 8), st.sampled_from(["a", "b", "c", "ab", "abc"])),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
    st.sampled_from([LIVELY, CALM]),
)
def test_whatever_is_sung_the_scenes_fill_the_song_in_order(
    sung: list[tuple[float, float, str]], beats: bool, pace: Pace
) -> None:
    at, lines = 0.0, []
    for pause, length, singers in sung:
        lines.append(line(at + pause, at + pause + length, *singers))
        at += pause + length
    seconds = at + 0.1
    found = cut_scenes(lines, music(seconds, EVERY_HALF if beats else None), ["a", "b", "c"], pace, upright=False)
    assert found[0].start == 0
    ends = [*(cut.start for cut in found[1:]), seconds]
    for cut, end in zip(found, ends, strict=True):
        assert end - cut.start >= 0.2 or len(found) == 1
        assert cut.fade <= end - cut.start
    for one, other in pairwise(found):
        assert shown(one) != shown(other)


def shown(cut: Cut) -> tuple[str, tuple[str, ...]]:
    return cut.layout, cut.seen
