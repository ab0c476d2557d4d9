"""duet align: what it writes can be read again, and what cannot be aligned ends in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pysubs2
import pytest

from media.sound.wav import write_wav
from speech.acoustic import RATE
from speech.lines import read_lines
from tests.integration.conftest import Duet, Outcome

pytest.importorskip("espeakng_loader", reason="the sentence with known times is eSpeak NG's")
from bench._sung import ENGLISH, spoken

Align = Callable[..., Outcome]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with song.wav, two lines spoken after half a second, and its words."""
    folder = tmp_path_factory.mktemp("song")
    pause = np.zeros(RATE // 2)
    sound = np.concatenate([pause, *(part for text in ENGLISH[:2] for part in (spoken(text, "en-us").samples, pause))])
    write_wav(folder / "song.wav", sound.astype(np.float32), RATE)
    (folder / "song.txt").write_text(f"[Verse]\nAnna: {ENGLISH[0]}\n{ENGLISH[1].title()}!\n", encoding="utf-8")
    return folder


@pytest.fixture
def align(song: Path, duet: Duet) -> Align:
    """Aligns the song with its words."""

    def run(output: Path, *more: str) -> Outcome:
        common = ("--separate", "no", "--speak", "--singer", "Anna")
        return duet("align", song / "song.wav", song / "song.txt", "-o", output, *common, *more)

    return run


@pytest.mark.slow
def test_lrc_comes_back_with_its_lines_words_and_singers(song: Path, align: Align, duet: Duet, tmp_path: Path) -> None:
    run = align(tmp_path / "song.lrc")
    assert run.code == 0, run.err
    assert "100% of 2 lines found" in run.out
    first, second = read_lines(tmp_path / "song.lrc", ["Anna"])
    assert (first.text, first.singers) == (ENGLISH[0], ("Anna",))
    assert second.text == ENGLISH[1].title() + "!"
    assert [text.strip() for _, text in first.pieces] == ENGLISH[0].split()
    assert first.start == pytest.approx(0.5, abs=0.06)
    again = duet(
        "align", song / "song.wav", tmp_path / "song.lrc", "-o", tmp_path / "again.srt", "--separate", "no", "--speak"
    )
    assert again.code == 0, again.err


@pytest.mark.slow
def test_srt_ass_and_textgrid_say_the_same(align: Align, tmp_path: Path) -> None:
    told = [json.loads(align(tmp_path / f"a.{kind}", "--json").out) for kind in ("srt", "ass", "TextGrid")]
    assert told[0]["lines"] == told[1]["lines"] == told[2]["lines"]
    srt, ass = pysubs2.load(str(tmp_path / "a.srt")), pysubs2.load(str(tmp_path / "a.ass"))
    assert [event.plaintext for event in srt] == [event.plaintext for event in ass]
    filled = [sum(map(int, re.findall(r"\\kf(\d+)", event.text))) for event in ass]
    assert filled == pytest.approx([event.duration / 10 for event in srt], abs=1.1)
    grid = (tmp_path / "a.TextGrid").read_text(encoding="utf-8")
    for tier in grid.split('class = "IntervalTier"')[1:]:
        edges = re.findall(r"intervals \[\d+\]:\s+xmin = ([\d.]+)\s+xmax = ([\d.]+)", tier)
        assert all(left[1] == right[0] for left, right in pairwise(edges))
        assert edges[0][0] == "0.000"
        assert f"xmax = {edges[-1][1]}" in grid
    assert grid.count('"M"') == sum(text.count("m") for text in ENGLISH[:2])


def failed(run: Outcome) -> str:
    (line,) = run.err.splitlines()
    assert run.code in (2, 3), run
    return line


@pytest.mark.slow
def test_what_cannot_be_aligned_ends_in_one_line(song: Path, align: Align, duet: Duet, tmp_path: Path) -> None:
    output = tmp_path / "a.lrc"
    assert "end it in .lrc, .srt, .ass, .textgrid" in failed(align(tmp_path / "a.txt"))
    assert "no rules for the language 'xx'" in failed(align(output, "--language", "xx"))
    assert "set the language: en-us" in failed(align(output, "--language", "ru"))
    other = song / "other.txt"
    other.write_text("yellow squirrels jumping quickly over icy hedgehogs\n", encoding="utf-8")
    wrong = failed(duet("align", song / "song.wav", other, "-o", output, "--separate", "no", "--speak"))
    assert "other.txt: the words are not in the sound: 0 of 1 lines" in wrong
    assert not output.exists()
    mine = song / "mine.lrc"
    mine.write_text("[00:00.50]the moon\n", encoding="utf-8")
    assert "it is an input" in failed(duet("align", song / "song.wav", mine, "-o", mine))
    assert mine.read_text(encoding="utf-8") == "[00:00.50]the moon\n"
