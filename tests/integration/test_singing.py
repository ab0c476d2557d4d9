"""A portrait sings from a song and its words, and a video sings new words, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.facetrack import FaceTrack
from media.video.reader import read_frames
from tests.integration.conftest import Duet

FIRST_LINE = "A paper moon above the bay"
SONG = {"source": "sample:song", "trim": {"end": 4.2}}
FRAMES = 105
Write = Callable[..., Path]


def sings(portrait: str, **changes: Any) -> dict[str, Any]:
    singing = {"words": FIRST_LINE, "separate": "no"} | changes
    return {"singer": {"portrait": portrait, "singing": singing}}


def made_up(work: Path) -> FaceTrack:
    """The driver that was made last."""
    folders = sorted((work / "perform").glob("*/track"), key=lambda path: path.stat().st_mtime_ns)
    return FaceTrack.load(folders[-1])


def checked(work: Path) -> dict[str, dict[str, Any]]:
    """The singer's checks of the result that was judged last."""
    folders = sorted((work / "check").glob("*/check.json"), key=lambda path: path.stat().st_mtime_ns)
    told = json.loads(folders[-1].read_text(encoding="utf-8"))
    return {row["check"]: row for row in told if row["performer"] == "singer"}


def test_a_portrait_sings_from_a_song_and_its_words(duet: Duet, manifest: Write, work: Path, tmp_path: Path) -> None:
    defaults = {"chunk_frames": 40}
    written = manifest(performers=sings("sample:astronaut"), audio=SONG, defaults=defaults)
    done = duet("render", written, "--json")
    assert done.code == 0, done.err
    frames = list(read_frames(tmp_path / "out.mp4"))
    assert len(frames) == FRAMES
    track = made_up(work)
    assert not track.filmed
    assert len(track) == FRAMES
    rows: dict[str, Any] = {}
    for path in (work / "check").glob("*/check.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        rows |= {row["check"]: row for row in told if row["performer"] == "singer"}
    for name in ("mouth_r", "mouth_slope", "mouth_lag", "closed", "words_found", "lips_shut", "voice_lag", "sway"):
        assert rows[name]["status"] == "ok", rows[name]
    assert 0.75 < rows["mouth_slope"]["found"] < 1.15  # she smiles, teeth bared, which must not open every vowel wider
    report = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "lips_shut" in report
    assert "Lines that it sings: 1" in report
    again = duet("render", written, "--json")
    assert again.code == 0, again.err


@pytest.mark.slow
def test_a_video_sings_new_words_with_its_own_head(duet: Duet, manifest: Write, work: Path, tmp_path: Path) -> None:
    done = duet("render", manifest(performers=sings("sample:carphone"), audio=SONG, output=size(176, 144)))
    assert done.code == 0, done.err
    track = made_up(work)
    own = np.asarray(track.points[:, [10, 151, 9, 33, 159, 145, 263, 468]])
    assert np.abs(own - own[0]).max() < 0.5  # pixels of 460: head, brows and eyes are the video's
    rows = checked(work)
    for name in ("mouth_r", "mouth_lag", "words_found", "voice_lag", "own_mouth_r"):
        assert rows[name]["status"] == "ok", rows[name]


def size(width: int, height: int) -> dict[str, Any]:
    return {"path": "out.mp4", "size": [width, height]}


def test_a_preview_shows_a_singers_usual_mouths_without_listening(duet: Duet, manifest: Write, tmp_path: Path) -> None:
    done = duet("preview", manifest(performers=sings("sample:astronaut"), audio=SONG), fresh=True)
    assert done.code == 0, done.err
    assert not (tmp_path / "work" / "phones").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"words": "Grizzly uncles juggle thirty vexing figs"}, "the words are not in the sound"),
        ({"words": "月亮代表我的心"}, "set the language: zh"),
        ({"words": "A paper moon", "performance": {"video": "sample:astronaut"}}, "singer"),
    ],
)
def test_what_cannot_be_sung_ends_in_one_line(duet: Duet, manifest: Write, changes: dict[str, Any], told: str) -> None:
    done = duet("render", manifest(performers=sings("sample:astronaut", **changes), audio=SONG))
    assert done.code == 3
    assert told in done.error
