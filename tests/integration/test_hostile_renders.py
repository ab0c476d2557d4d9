"""Every hostile clip drives a portrait to a correct result: frames, length, sync, and the face the right way up.

Each goes through `render` as the command line calls it, from the manifest to the checked video in its place; only that
the tasks run in this process, and not in workers that would be started anew for each clip.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from foundation.artifacts import ArtifactStore
from foundation.plugins import Plugin
from foundation.times import frame_count, resample
from media.image.images import read_image, write_png
from media.samples import sample_path
from media.sound.cutting import read_sound
from media.sound.wav import write_wav
from media.video.lossless import read_frames
from media.video.probe import probe
from pipeline.cli import inspect
from pipeline.cli.job import plan_job
from pipeline.cli.render import render
from pipeline.cli.runs import Running
from pipeline.executors import EXECUTORS
from pipeline.manifest.load import load_manifest
from pipeline.plan.expand import Plan
from stages.artifacts import FRAMES
from tests.hostile import BEEP, FPS, ROWS, talking, write_master
from tests.integration.conftest import Duet
from tests.synthetic import beeps

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    write_master(place)
    write_png(place / "portrait.png", np.ascontiguousarray(read_image(sample_path("astronaut"))[:240, 100:340]))
    return place


@pytest.fixture(scope="module")
def store(folder: Path) -> ArtifactStore:
    return ArtifactStore(folder / "work")


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXECUTORS, "here", Plugin("tests.fakes.executors:Here", version=1))


def rendered(folder: Path, store: ArtifactStore, driving: dict[str, Any], **more: Any) -> tuple[Plan, Path]:
    """The plan, and the finished video."""
    performer = {"portrait": "portrait.png", "driving": driving, "composite": {"into": "crop"}}
    data = {"version": 1, "performers": {"one": performer}, "output": {"path": "out.mp4", "size": [192, 192]}}
    path = folder / "m.yaml"
    path.write_text(yaml.safe_dump(data | more, allow_unicode=True), encoding="utf-8")
    (folder / "out.mp4").unlink(missing_ok=True)
    loaded = load_manifest(path)
    render([loaded], store, Running("here"), sheet=False, report=False)
    return plan_job(loaded, store), folder / "out.mp4"


def normalized(plan: Plan, store: ArtifactStore) -> Iterator[NDArray[np.uint8]]:
    """The driving frames as the engine sees them: cut to the face."""
    task = next(task for task in plan.graph if task.stage == "normalize")
    return read_frames(store.folder(task.stage, task.key) / FRAMES)


def place_of(face: NDArray[np.uint8], pictures: list[NDArray[np.uint8]]) -> int:
    """Which picture the face was cut from: where it is found again most closely, the same way up."""
    return int(np.argmin([cv2.matchTemplate(each, face, cv2.TM_SQDIFF).min() for each in pictures]))


@pytest.mark.parametrize("name", ROWS)
def test_a_hostile_clip_is_rendered_whole_and_in_time(name: str, folder: Path, store: ArtifactStore) -> None:
    row = ROWS[name]
    path = row.make(folder)
    plan, video = rendered(folder, store, {"video": path.name})
    made = probe(video)
    assert made.video is not None
    fps = probe(path).video.fps  # type: ignore[union-attr]
    expected = frame_count(row.lasts, fps)
    assert (made.video.frames, made.video.fps, made.video.variable) == (expected, fps, False)
    faces = list(normalized(plan, store))
    moments = [at - row.moments[0] for at in row.moments]
    wanted = [row.first + index for index in resample(moments, Fraction(0), expected, fps)]
    pictures = [image[: row.size[1], : row.size[0]] for image in talking()]
    assert [place_of(face, pictures) for face in faces] == wanted
    assert len(made.audio) == (row.beep is not None)
    if row.beep is not None and row.beep < row.lasts:
        sound, rate = read_sound(video)
        heard = Fraction(int(np.argmax(np.abs(sound[:, 0]) > 0.3)), rate) - made.video.start
        assert abs(heard - row.beep) <= row.loose + Fraction(2, 1000)
        assert abs(made.audio[0].duration - made.video.duration) <= 1 / fps


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("turned 270.mov", "192x144, turned by 270 degrees, 24 frames at 25 a second"),
        ("mirrored.mp4", "192x144, mirrored,"),
        ("anamorphic.mp4", "192x144, pixels 16:11,"),
        ("late picture.mp4", "0.960 s, from 0.200 s, whole"),
        ("full range.mp4", "matrix bt709, full range"),
        ("interlaced.ts", "interlaced"),
        ("hlg.mov", "HDR (HLG), 10 bits, yuv420p10le, matrix bt2020nc, limited range"),
        ("variable.mp4", "24 frames at 50 a second (50.000, variable)"),
    ],
)
def test_inspect_tells_what_is_hostile(name: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inspect.run(str(ROWS[name].make(folder)), shots=False)
    assert told in capsys.readouterr().out


def test_numbered_pictures_are_rendered_by_the_command(duet: Duet, folder: Path, tmp_path: Path) -> None:
    for number, image in enumerate(talking()[:12], 8):
        write_png(tmp_path / f"take_{number:03d}.png", image)
    performer = {"portrait": str(folder / "portrait.png"), "driving": {"video": "take_%03d.png", "fps": 23.976}}
    manifest = {"version": 1, "performers": {"one": performer}, "output": {"path": "out.mp4", "size": [96, 96]}}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    done = duet("render", tmp_path / "m.yaml", "--no-sheet")
    assert done.code == 0, done.err
    video = probe(tmp_path / "out.mp4").video
    assert video is not None
    assert (video.frames, video.fps) == (12, Fraction(24000, 1001))
    (tmp_path / "take_011.png").unlink()
    assert "take_011.png is missing" in duet("validate", tmp_path / "m.yaml").error


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        ("cut", [*range(24)]),
        ("hold", [*range(24), *[23] * 11]),
        ("loop", [*range(24), *range(11)]),
        ("mirror", [*range(24), *range(22, 11, -1)]),
        ("stretch", [n * 24 // 35 for n in range(35)]),
    ],
)
def test_a_clip_follows_a_longer_song(way: str, shown: list[int], folder: Path, store: ArtifactStore) -> None:
    write_wav(folder / "song.wav", beeps(1.4, [float(BEEP), 1.3]), 48000)
    driving = {"video": "master.mkv", "to_sound": way}
    plan, video = rendered(folder, store, driving, audio={"source": "song.wav"})
    made = probe(video)
    assert made.video is not None
    assert made.video.frames == len(shown)
    assert abs(made.audio[0].duration - made.video.duration) <= 1 / FPS
    places = [place_of(face, talking()) for face in normalized(plan, store)]
    assert len(places) == len(shown)
    assert np.abs(np.array(places) - shown).max() <= (way == "stretch")
