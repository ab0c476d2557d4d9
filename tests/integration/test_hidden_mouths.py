"""A singer who holds a microphone: it is noticed, told, bridged, and never seen in the portrait's mouth."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from engines.layers import seen
from face.occlusion import LIMITS
from foundation.artifacts import ArtifactStore
from landmarks import load_backend
from media.samples import sample_path
from media.video.reader import VideoReader, read_frames
from media.video.sequence import FrameSequence
from pipeline.cli.job import plan_job
from pipeline.manifest.load import load_manifest
from stages.animation import animate, prepare
from stages.artifacts import Clip, Frames, Prepared
from tests.integration.conftest import Outcome, command
from tests.integration.test_ablations import Made, silent
from tests.occluders import microphone
from tests.synthetic import write_clip

pytestmark = pytest.mark.slow

FIRST, COUNT = 40, 48
HIDDEN = slice(10, 34)
"""Frames, about which the man's mouth is widest."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The man in the car, who sings into a microphone for a while."""
    with VideoReader(sample_path("carphone")) as reader:
        frames = [frame[:, :160] for _, frame in islice(reader, FIRST, FIRST + COUNT)]  # an even width
    with load_backend() as backend:
        faces = [backend.follow(frame, float(number), 1)[0] for number, frame in enumerate(frames)]
    for number in range(HIDDEN.start, HIDDEN.stop):
        frames[number] = microphone(frames[number], faces[number].points, number, light=250.0)
    return write_clip(tmp_path_factory.mktemp("mic") / "mic.mp4", frames, fps=25, options={"crf": "8"})


@pytest.fixture(scope="module")
def rendered(clip: Path, work: Path) -> tuple[Outcome, Made]:
    """It, driving a portrait whose mouth is shut."""
    data = {
        "version": 1,
        "defaults": {"chunk_frames": 1000},
        "performers": {
            "man": {"portrait": {"frame_of": "sample:carphone", "at": 2.75}, "driving": {"video": str(clip)}}
        },
        "audio": {"source": "none"},
        "output": {"path": "sung.mp4", "size": [192, 192]},
    }
    path = clip.with_name("mic.yaml")
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    arguments = command("render", path, "--work", work, "--no-sheet", "--no-report", "--keep", "all")
    done = subprocess.run(arguments, cwd=path.parent, capture_output=True, text=True, check=False)
    store = ArtifactStore(work)
    return Outcome(done.returncode, done.stdout, done.stderr), Made(plan_job(load_manifest(path), store), store, path)


@pytest.fixture
def made(rendered: tuple[Outcome, Made], tmp_path: Path) -> Made:
    return replace(rendered[1], folder=tmp_path)


def clip_of(made: Made) -> Clip:
    given: Clip = made.inputs(made.task("measure")).clip
    return given


def test_it_is_told_in_one_line(rendered: tuple[Outcome, Made]) -> None:
    done, _ = rendered
    assert done.code == 0, done.err
    (told,) = [line for line in done.out.splitlines() if "hides the mouth" in line]
    assert "man: something hides the mouth in the clip for 1.12 s, from 0.32 s to 1.44 s" in told


def test_it_is_known_frame_by_frame_and_bridged(made: Made) -> None:
    track = clip_of(made).track()
    found = np.flatnonzero(track.occluded)
    assert set(range(HIDDEN.start, HIDDEN.stop)) <= set(found.tolist())
    assert len(found) <= HIDDEN.stop - HIDDEN.start + 4
    steps = np.linalg.norm(np.diff(np.asarray(track.points[:, 14, :2], np.float64), axis=0), axis=1)
    assert steps.max() < 6  # pixels: no lip jumps


def test_a_check_fails_where_it_is_seen(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is drawn over it, it is pasted between the portrait's lips."""
    looks = made.looks("good", made.patches())
    assert made.judged("good", looks=looks)["mouth_foreign"] == "ok"
    monkeypatch.setattr(seen, "LIMITS", replace(LIMITS, mostly=1.0))
    monkeypatch.setattr(seen, "covered", lambda hidden: np.zeros(len(hidden), np.float32))
    stages = {"prepare": prepare, "animate": animate}
    new = {name: made.new(name) for name in stages}
    later = {"prepared": Prepared.at(new["prepare"])}
    for name, stage in stages.items():
        task = made.task(name)
        given = made.inputs(task)
        fields = {field: value for field, value in later.items() if hasattr(given, field)}
        stage.run(task.settings, replace(given, **fields), new[name], silent)
    looks = made.looks("bad", read_frames(Frames.at(new["animate"]).video))
    assert made.judged("bad", looks=looks)["mouth_foreign"] == "fail"


def test_what_hides_it_decides_no_pixel_of_the_mouth(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frames in which it is hidden can be anything: the portrait's are the same to the bit."""
    task = made.task("animate")
    given, clean = made.inputs(task), made.new("clean")
    animate.run(task.settings, given, clean, silent)
    hidden = clip_of(made).track().occluded
    read = FrameSequence.__getitem__

    def scribbled(frames: Any, index: int) -> NDArray[np.uint8]:
        image = read(frames, index)
        return np.full_like(image, 255) if hidden[index] else image

    monkeypatch.setattr(FrameSequence, "__getitem__", scribbled)
    white = made.new("white")
    animate.run(task.settings, given, white, silent)
    for one, other in zip(*(read_frames(Frames.at(each).video) for each in (clean, white)), strict=True):
        np.testing.assert_array_equal(one, other)
