"""What an editor asks for, seen in the finished video: text on its frames, scenes on theirs, turns however cut up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from media.video.probe import probe
from tests.conftest import ROOT
from tests.integration.conftest import Duet
from tests.integration.test_render import frames_of

Manifest = Callable[..., Path]
OUTPUT = {"path": "out.mp4", "size": [320, 180], "fps": 25}
SILENT = {"source": "none"}


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How much each row differs, 0..255."""
    return np.abs(one.astype(float) - other).max(axis=(1, 2))


@pytest.mark.slow
def test_lyrics_show_on_their_frames_and_nowhere_else(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "song.lrc").write_text("[00:00.16]Sing 歌\n[00:00.32]", encoding="utf-8")
    common: dict[str, Any] = {"output": OUTPUT, "audio": SILENT, "checks": {"enabled": False}}
    assert duet("render", manifest(**common), "-o", "plain.mp4", "--no-sheet").code == 0
    done = duet("render", manifest(lyrics="song.lrc", **common), "-o", "sung.mp4", "--no-sheet")
    assert done.code == 0, done.err
    plain, sung = (frames_of(tmp_path / name) for name in ("plain.mp4", "sung.mp4"))
    rows = [apart(*pair) for pair in zip(plain, sung, strict=True)]
    assert [number for number, row in enumerate(rows) if row[130:].max() > 90] == [4, 5, 6, 7]
    assert all(row[:110].max() < 90 for row in rows)


def test_a_wrong_line_is_told_before_any_work(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "song.lrc").write_text("[00:00.1]fine\n[00:00.2]astronaud: mine\n", encoding="utf-8")
    done = duet("validate", manifest(lyrics="song.lrc"))
    assert done.code == 3
    assert "song.lrc: the line at 0.20 s is sung by 'astronaud', who is no performer" in done.error
    (tmp_path / "song.lrc").write_text("[00:00.1]\U00013000\n", encoding="utf-8")
    assert (
        "no font has \U00013000 (U+13000), in the line at 0.10 s" in duet("validate", manifest(lyrics="song.lrc")).error
    )


@pytest.mark.slow
def test_turns_and_transitions_do_not_depend_on_chunks(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    scenes = [
        {"start": 0, "layout": "full", "performers": ["astronaut"], "sings": ["astronaut"]},
        {
            "start": 0.2,
            "layout": "full",
            "fit": "fit",
            "background": "#204060",
            "performers": ["astronaut"],
            "sings": [],
            "transition": {"kind": "wipe", "seconds": 0.12},
        },
    ]
    common: dict[str, Any] = {"output": OUTPUT, "audio": SILENT, "checks": {"enabled": False}}
    for size in (7, 100):
        path = manifest(scenes=scenes, defaults={"chunk_frames": size}, **common)
        assert duet("render", path, "-o", f"{size}.mp4", "--no-sheet").code == 0
    assert (tmp_path / "7.mp4").read_bytes() == (tmp_path / "100.mp4").read_bytes()
    frames = frames_of(tmp_path / "7.mp4")
    blue = [np.abs(frame[:, :20].astype(float) - (0x20, 0x40, 0x60)).mean() < 6 for frame in frames]
    assert blue == [False] * 8 + [True] * 4  # the wipe comes from the right, and takes frames 5, 6 and 7


@pytest.mark.slow
def test_the_music_video_of_the_examples_renders(duet: Duet, tmp_path: Path) -> None:
    done = duet("render", ROOT / "configs" / "manifests" / "music_video.yaml", "-o", "video.mp4")
    assert done.code == 0, done.err
    video = probe(tmp_path / "video.mp4").video
    assert video is not None
    assert (video.size, video.frames) == ((1280, 720), 120)
