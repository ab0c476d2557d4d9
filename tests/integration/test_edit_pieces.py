"""A result that is drawn in pieces is the result that is drawn whole, to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from foundation.artifacts import ArtifactStore
from foundation.plugins import Plugin
from foundation.times import FrameRange, pieces
from media.video.lossless import read_frames
from pipeline.cli.job import plan_job
from pipeline.cli.render import render
from pipeline.cli.runs import Running
from pipeline.executors import EXECUTORS
from pipeline.manifest.load import load_manifest

LYRICS = "[00:00.10]<00:00.10>One <00:00.40>line <00:01.20>\n"
"""Karaoke: it looks different on every frame from 0.1 to 1.2 s."""


def manifest() -> dict[str, Any]:
    clip = {"video": "sample:carphone", "end": 1.2}
    still = {"portrait": "sample:astronaut", "driving": clip}
    scenes = [
        {"start": 0, "layout": "full", "performers": ["one"], "background": {"video": "sample:carphone"}, "fit": "fit"},
        {
            "start": 0.6,
            "layout": "picture_in_picture",
            "performers": ["one", "two"],
            "background": {"image": "sample:astronaut"},
            "transition": {"kind": "crossfade", "seconds": 0.3},
        },
        {"start": 1, "layout": "full", "performers": ["two"]},
    ]
    return {
        "version": 1,
        "performers": {"one": still, "two": still | {"composite": {"into": "crop"}}},
        "scenes": scenes,
        "lyrics": "words.lrc",
        "audio": {"source": "none"},
        "checks": {"enabled": False},
        "defaults": {"chunk_frames": 10},
        "output": {"path": "out.mkv", "size": [320, 180], "video": {"codec": "ffv1"}},
    }


@pytest.mark.slow
def test_pieces_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Borders lie within scenes, transitions, karaoke, a moving background, and chunks."""
    monkeypatch.setitem(EXECUTORS, "here", Plugin("tests.fakes.executors:Here", version=1))
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(manifest()), encoding="utf-8")
    (tmp_path / "words.lrc").write_text(LYRICS, encoding="utf-8")
    loaded, store = load_manifest(tmp_path / "m.yaml"), ArtifactStore(tmp_path / "work")
    films, tasks = [], []
    for size in (1000, 6):
        monkeypatch.setattr("pipeline.plan.edit.PIECE", size)
        render([loaded], store, Running("here"), sheet=False, report=False)
        films.append(list(read_frames(tmp_path / "out.mkv")))
        (tmp_path / "out.mkv").unlink()
        tasks.append([task for task in plan_job(loaded, store).graph if task.stage == "edit"])
    whole, cut = films
    assert len(whole) == 36
    assert [task.settings.piece for task in tasks[0]] == [FrameRange(0, 36)]
    assert [task.settings.piece for task in tasks[1]] == pieces(36, 6)
    assert len(whole) == len(cut)
    for ours, theirs in zip(cut, whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    last = tasks[1][-1]
    assert [act.name for act in last.settings.acts] == ["two"]  # the last piece waits for nobody who is not in it
    assert [len(chunks) for chunks in last.inputs.chunks] == [1]


@pytest.mark.slow
def test_what_no_scene_shows_is_not_drawn_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a pass written is drawn whole: the same film comes of both. What is drawn is judged, and holds."""
    monkeypatch.setitem(EXECUTORS, "here", Plugin("tests.fakes.executors:Here", version=1))
    (tmp_path / "words.lrc").write_text(LYRICS, encoding="utf-8")
    films, drawn = [], []
    for wanted in (["difference"], []):
        told = manifest() | {"checks": {}, "defaults": {"chunk_frames": 4}}
        for performer, portrait in zip(told["performers"].values(), ("astronaut", "hopper"), strict=True):
            performer |= {"portrait": f"sample:{portrait}", "composite": {"passes": wanted}}
        (tmp_path / "m.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
        loaded, store = load_manifest(tmp_path / "m.yaml"), ArtifactStore(tmp_path / "work")
        render([loaded], store, Running("here"), sheet=False, report=False)
        films.append(list(read_frames(tmp_path / "out.mkv")))
        (tmp_path / "out.mkv").unlink()
        drawn.append(sum(task.stage == "animate" for task in plan_job(loaded, store).graph))
    # of nine chunks each, `one` is seen up to frame 29, `two` from 18 on
    assert drawn == [18, 13]
    for ours, theirs in zip(*films, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("frames", "parts"),
    [(1, [(0, 1)]), (374, [(0, 374)]), (375, [(0, 250), (250, 375)]), (600, [(0, 250), (250, 600)])],
)
def test_no_piece_is_short(frames: int, parts: list[tuple[int, int]]) -> None:
    assert pieces(frames, 250) == [FrameRange(*part) for part in parts]
