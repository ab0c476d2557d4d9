"""A result that is looked at in pieces tells what one that is looked at whole tells."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from foundation.artifacts import ArtifactStore
from foundation.errors import CheckError
from foundation.plugins import Plugin
from foundation.times import FrameRange, pieces
from media.samples import sample_path
from media.video.reader import VideoReader
from pipeline.cli.job import plan_job
from pipeline.cli.render import render
from pipeline.cli.runs import Running
from pipeline.executors import EXECUTORS
from pipeline.manifest.load import LoadedManifest, load_manifest
from pipeline.plan.task import FileInput, Task
from stages.handles import located
from stages.judging import check
from tests.synthetic import write_clip

FRAMES, CUT, PIECE = 48, 24, 12
NEAR = 0.01
"""Of their values, or of 1, by which figures of the face that is followed in the result may differ."""


def manifest(folder: Path) -> Path:
    """The clip is cut where the second piece ends: there, it is another one, from left to right."""
    with VideoReader(sample_path("carphone")) as reader:
        there = [frame[:, :192] for _, frame in islice(reader, 40, 40 + CUT)]
    write_clip(folder / "clip.mp4", chain(there, (frame[:, ::-1] for frame in there)))
    one = {"portrait": "sample:astronaut", "driving": {"video": "clip.mp4"}}
    data: dict[str, Any] = {
        "version": 1,
        "performers": {"one": one},
        "audio": {"source": "none"},
        "checks": {"looks_per_second": 12},
        "defaults": {"chunk_frames": 7},
        "output": {"path": "out.mp4", "size": [320, 180]},
    }
    path = folder / "m.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.mark.slow
def test_pieces_tell_what_the_whole_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joints lie in a shot and between two; chunks go over them."""
    monkeypatch.setitem(EXECUTORS, "here", Plugin("tests.fakes.executors:Here", version=1))
    loaded, store = load_manifest(manifest(tmp_path)), ArtifactStore(tmp_path / "work")
    places, tasks = [], []
    for size in (1000, PIECE):
        monkeypatch.setattr("pipeline.plan.looks.PIECE", size)
        monkeypatch.setattr("pipeline.plan.edit.PIECE", size)
        with contextlib.suppress(CheckError):  # across such a cut, turns of the head hardly go together
            render([loaded], store, Running("here"), sheet=False, report=False)
        made = [task for task in plan_job(loaded, store).graph if task.stage.startswith("measure")]
        tasks.append(made)
        places.append(store.folder(made[-1].stage, made[-1].key))
    assert [task.stage for task in tasks[0]] == ["measure"]
    assert spans(tasks[1]) == pieces(FRAMES, PIECE)
    assert any(shot.start == CUT for shot in tasks[0][0].inputs.clip.found(clip(store, tasks[0][0])).shots())
    whole, cut = places
    names = {path.name for path in whole.iterdir()} - {"artifact.json"}
    assert names == {path.name for path in cut.iterdir()} - {"artifact.json"}
    same = {name for name in names if (whole / name).read_bytes() == (cut / name).read_bytes()}
    assert same >= {"pairs.json", "motion.npy", *(f"pair{number}.jpg" for number in range(6))}
    with np.load(whole / "looks.npz") as ours, np.load(cut / "looks.npz") as theirs:
        for name in ours.files:
            if name != "result":
                np.testing.assert_array_equal(ours[name], theirs[name])
        np.testing.assert_array_equal(np.isnan(ours["result"][:, 0]), np.isnan(theirs["result"][:, 0]))
    one, other = (json.loads((place / "figures.json").read_text()) for place in places)
    pixels = ("seam", "background", "wall", "flicker", "pulse", "clipped", "stuck")
    assert {name: one[name] for name in pixels} == {name: other[name] for name in pixels}
    assert {name for name, value in one.items() if value is None} == {
        name for name, value in other.items() if value is None
    }
    for name, value in one.items():
        assert value is None or abs(value - other[name]) <= NEAR * max(1.0, abs(value)), (name, value, other[name])
    decoded_in_pieces_the_film_is_judged_as_whole(loaded, store, tmp_path / "check")


def decoded_in_pieces_the_film_is_judged_as_whole(loaded: LoadedManifest, store: ArtifactStore, out: Path) -> None:
    """To the bit."""
    (task,) = (task for task in plan_job(loaded, store).graph if task.stage == "check")
    assert len(task.inputs.pieces) == FRAMES // PIECE
    inputs = located(
        task.inputs,
        lambda given: Path(given.path) if isinstance(given, FileInput) else store.folder(given.stage, given.key),
    )
    out.mkdir()
    check.run(task.settings, replace(inputs, pieces=()), out, lambda done, total: None)
    there = {path.name: path.read_bytes() for path in store.folder("check", task.key).iterdir()}
    assert there.pop("artifact.json")
    assert there == {path.name: path.read_bytes() for path in out.iterdir()}
    assert sum(name.startswith("still") for name in there) == 6


def spans(tasks: list[Task]) -> list[FrameRange]:
    return [task.settings.piece for task in tasks if task.stage == "measure_piece"]


def clip(store: ArtifactStore, task: Task) -> Path:
    return store.folder(task.inputs.clip.stage, task.inputs.clip.key)
