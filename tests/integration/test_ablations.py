"""Renders that are broken on purpose, each in one way: the checks must notice it, and must leave a good one alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from compositing.masks import head_mask
from compositing.paste import Paste
from compositing.style import PasteStyle
from engines import ENGINES
from engines.layers import mouth
from foundation.artifacts import ArtifactStore
from foundation.facetrack import FaceTrack, head_frame
from media.ffmpeg import argv
from media.ffmpeg.run import run_ffmpeg
from media.image.images import read_image
from media.sound.cutting import read_sound, write_wav
from media.video.reader import VideoReader, read_frames
from media.video.writer import FrameWriter
from pipeline.cli.job import plan_job
from pipeline.manifest.load import load_manifest
from pipeline.plan.expand import Plan
from pipeline.plan.made import artifact_of, facts_of
from pipeline.plan.task import FileInput, Task
from stages.animation import animate
from stages.artifacts import FRAMES, Film, Frames
from stages.contracts.check import CONTRACT
from stages.contracts.shared import EngineUse
from stages.crop_files import read_info
from stages.crops import Crop
from stages.findings import Looks
from stages.handles import located
from stages.judging import check, measure
from stages.portrait import crop
from tests.fakes.engines import TINTED
from tests.integration.conftest import command, driving

Image = NDArray[np.uint8]
FPS = Fraction(30000, 1001)


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


@dataclass(frozen=True)
class Made:
    """A good render, and ways to judge a broken one in its place."""

    plan: Plan
    store: ArtifactStore
    folder: Path

    def task(self, stage: str) -> Task:
        return next(task for task in self.plan.graph if task.stage == stage)

    def inputs(self, task: Task) -> Any:
        """Each where it lies."""
        return located(
            task.inputs,
            lambda given: (
                Path(given.path) if isinstance(given, FileInput) else self.store.folder(given.stage, given.key)
            ),
        )

    def new(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir(parents=True)
        return place

    @property
    def video(self) -> Path:
        film: Film = self.inputs(self.task("check")).video
        return film.video

    def frames(self) -> list[Image]:
        """The finished video's."""
        with VideoReader(self.video) as reader:
            return [frame for _, frame in reader]

    def patches(self) -> Iterator[Image]:
        """The performer's composited frames."""
        return read_frames(self.inputs(self.task("measure")).chunks[0].video)

    def looks(self, name: str, frames: Iterable[Image], feather: float | None = None, crop: Path | None = None) -> Path:
        """What `measure` makes of other frames of the performer."""
        task, out, chunk = self.task("measure"), self.new(f"{name}/looks"), self.new(f"{name}/chunk")
        write(chunk / FRAMES, frames)
        settings = task.settings if feather is None else replace(task.settings, feather=feather)
        inputs = replace(self.inputs(task), chunks=(Frames.at(chunk),))
        measure.run(settings, inputs if crop is None else replace(inputs, crop=Crop.at(crop)), out, silent)
        return out

    def judged(self, name: str, video: Path | None = None, looks: Path | None = None) -> dict[str, str]:
        """The status of every check, with another video or other looks."""
        task, out = self.task("check"), self.new(f"{name}/check")
        inputs = self.inputs(task)
        inputs = inputs if video is None else replace(inputs, video=Film.at(video))
        inputs = inputs if looks is None else replace(inputs, looks=(Looks.at(looks),))
        return {row.check: row.status for row in check.run(task.settings, inputs, out, silent).checks}

    def with_video(self, name: str, frames: Iterable[Image]) -> dict[str, str]:
        """The status of every check if these were the video's frames, with its own sound."""
        place, picture = self.new(f"{name}/video"), self.folder / f"{name}.mp4"
        write(picture, frames)
        join(place / "video.mp4", picture, argv.Track(self.video))
        return self.judged(name, video=place)


def join(path: Path, video: Path, sound: argv.Track) -> None:
    run_ffmpeg(argv.mux(path, container="mp4", video=video, tracks=[sound]))


def write(path: Path, frames: Iterable[Image]) -> None:
    writer: FrameWriter | None = None
    for frame in frames:
        writer = writer or FrameWriter(path, size=(frame.shape[1], frame.shape[0]), fps=FPS)
        writer.write(frame)
    assert writer is not None
    writer.close()


@pytest.fixture(scope="session")
def rendered(work: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, ArtifactStore]:
    """The astronaut, driven by 2.4 seconds of the sample clip, singing."""
    folder = tmp_path_factory.mktemp("good")
    data = {
        "version": 1,
        "defaults": {"chunk_frames": 1000},
        "performers": {"astronaut": {"portrait": "sample:astronaut", "driving": driving(start=1.6, end=4.0)}},
        "audio": {"source": "sample:vocals"},
        "output": {"path": "good.mp4", "size": [320, 180]},
    }
    path = folder / "good.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    done = subprocess.run(
        command("render", path, "--work", work, "--keep", "all"),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    store = ArtifactStore(work)
    return plan_job(load_manifest(path), store), store


@pytest.fixture
def made(rendered: tuple[Plan, ArtifactStore], tmp_path: Path) -> Made:
    return Made(*rendered, tmp_path)


def test_a_good_render_passes(made: Made) -> None:
    rows = facts_of(CONTRACT, artifact_of(made.store, made.plan.verdict)).checks
    assert len(rows) > 30
    assert {row.check: row.status for row in rows if row.status == "fail"} == {}
    unmeasured = {row.check for row in rows if row.status == "unmeasured"}
    assert not unmeasured & {"av_offset", "mouth_r", "mouth_lag", "identity_look", "seam", "flicker", "repeated"}


def test_sound_that_is_shifted(made: Made) -> None:
    place, wav = made.new("shifted"), made.folder / "late.wav"
    samples, rate = read_sound(made.video)
    late = np.concatenate([np.zeros((round(0.2 * rate), samples.shape[1]), np.float32), samples])[: len(samples)]
    write_wav(wav, late, rate)
    join(place / "video.mp4", made.video, argv.Track(wav, options={"c": "aac"}))
    found = made.judged("late", video=place)
    assert found["av_offset"] == "fail"
    assert found["mouth_r"] == "ok"


def test_frames_that_are_dropped(made: Made) -> None:
    frames = made.frames()
    assert made.with_video("fewer", frames[:-6])["frames"] == "fail"
    stutter = [frames[number // 4 * 4] for number in range(len(frames))]
    found = made.with_video("stutter", stutter)
    assert (found["frames"], found["repeated"]) == ("ok", "fail")


def test_a_second_half_that_is_frozen(made: Made) -> None:
    frames = made.frames()
    half = len(frames) // 2
    assert made.with_video("frozen", frames[:half] + [frames[half]] * (len(frames) - half))["frozen"] == "fail"


def test_one_face_that_stands_still(made: Made) -> None:
    patches = list(made.patches())
    half = len(patches) // 3
    looks = made.looks("stuck", patches[:half] + [patches[half]] * (len(patches) - half))
    assert made.judged("stuck", looks=looks)["stuck"] == "fail"


def test_brightness_that_flickers(made: Made) -> None:
    def pulsed(frames: Iterable[Image]) -> list[Image]:
        return [np.clip(frame.astype(int) + 6 * (n % 2), 0, 255).astype(np.uint8) for n, frame in enumerate(frames)]

    assert made.with_video("whole", pulsed(made.frames()))["brightness_flicker"] == "fail"
    assert made.judged("face", looks=made.looks("face", pulsed(made.patches())))["pulse"] == "fail"


def test_a_surface_that_boils(made: Made) -> None:
    noise = np.random.default_rng(1)
    boiling = [
        np.clip(frame + noise.normal(0, 30, (*frame.shape[:2], 1)).repeat(3, axis=2), 0, 255).astype(np.uint8)
        for frame in (cv2.GaussianBlur(patch, (0, 0), 1.0) for patch in made.patches())
    ]
    assert made.judged("boiling", looks=made.looks("boiling", boiling))["flicker"] in ("warn", "fail")


def test_black_and_flashing_frames(made: Made) -> None:
    frames = made.frames()
    black = np.zeros_like(frames[0])
    found = made.with_video("black", [*frames[:20], *[black] * 36, *frames[56:]])
    assert (found["black"], found["blank"]) == ("fail", "fail")
    assert made.with_video("flash", [*frames[:20], black, *frames[21:]])["flashes"] == "fail"


def test_a_wall_that_moves_with_the_head(made: Made) -> None:
    """What is around the face taken along by half a hand, once to and fro: so it was before the person was cut out."""
    swimming = (np.roll(patch, round(3 * np.sin(number / 3)), axis=1) for number, patch in enumerate(made.patches()))
    assert made.judged("wall", looks=made.looks("wall", swimming))["wall"] == "warn"
    assert made.judged("still wall", looks=made.looks("still wall", made.patches()))["wall"] == "ok"


def test_a_mouth_without_an_interior(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mouth, "paint", lambda *_, **__: None)
    patch, task = made.new("patch"), made.task("animate")
    animate.run(task.settings, made.inputs(task), patch, silent)
    looks = made.looks("empty", read_frames(Frames.at(patch).video))
    found = made.judged("empty", looks=looks)
    assert "fail" in (found["interior"], found["interior_contrast"]), json.loads((looks / "figures.json").read_text())


def test_a_face_that_is_another_persons(made: Made) -> None:
    """The driver's own, in the place of the portrait's: it sings perfectly."""
    inputs = made.inputs(made.task("measure"))
    track, portrait = inputs.clip.track(), FaceTrack.load(inputs.crop.path / "face")
    ours = head_frame(portrait.points[0], portrait.scheme)

    def swapped() -> Iterator[Image]:
        for number, (patch, frame) in enumerate(zip(made.patches(), read_frames(inputs.clip.video), strict=True)):
            theirs = head_frame(track.points[number], track.scheme)
            scale = ours.height / theirs.height
            shift = np.array(ours.centre) - scale * np.array(theirs.centre)
            affine = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
            face = cv2.warpAffine(frame, affine, (patch.shape[1], patch.shape[0]))
            seen = cv2.warpAffine(np.full_like(frame, 255), affine, (patch.shape[1], patch.shape[0]))
            yield np.where(seen > 0, face, patch)

    found = made.judged("swapped", looks=made.looks("swapped", swapped()))
    assert found["mouth_r"] == "ok"
    assert "fail" in (found["identity_look"], found["identity_shape"])


def test_a_moving_region_without_feather(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network's crop whose colours have drifted by ten levels: blended, and pasted as it is."""
    monkeypatch.setitem(ENGINES, "tinted", TINTED)
    place, task = made.new("crop"), made.task("crop")
    tinted = replace(task.settings, engine=EngineUse(name="tinted", version=1))
    crop.run(tinted, made.inputs(task), place, silent)
    assert not read_info(place).native
    still, face = read_image(place / "under.png"), FaceTrack.load(place / "face").face(0)
    drifted = np.clip(read_image(place / "crop.png").astype(int) + 10, 0, 255).astype(np.uint8)
    count = made.task("measure").settings.frames
    blended = Paste(still, read_info(place), face, PasteStyle(0.16, match_color=True, match_grain=False))(drifted)
    plain = read_info(place).to_box
    pasted = cv2.warpAffine(drifted, plain, still.shape[1::-1])
    hard = head_mask(face, read_info(place).size[0], 0.0) > 0.5
    shows = cv2.warpAffine(hard.astype(np.uint8), plain, still.shape[1::-1]) > 0
    unblended = np.where(shows[:, :, None], pasted, still)
    for name, frame, feather, status in (("soft", blended, 0.16, "ok"), ("hard", unblended, 0.0, "fail")):
        looks = made.looks(name, [frame] * count, feather, place)
        assert made.judged(name, looks=looks)["seam"] == status


@pytest.mark.usefixtures("rendered")
def test_a_failed_check_ends_with_code_5_and_leaves_the_old_result_alone(work: Path, tmp_path: Path) -> None:
    data: dict[str, Any] = {
        "version": 1,
        "defaults": {"chunk_frames": 1000},
        "performers": {"astronaut": {"portrait": "sample:astronaut", "driving": driving(start=1.6, end=4.0)}},
        "audio": {"source": "sample:vocals"},
        "output": {"path": "out.mp4", "size": [320, 180]},
        "checks": {"limits": {"mouth_r": {"min": 0.9999}}},
    }
    path = tmp_path / "strict.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    (tmp_path / "out.mp4").write_bytes(b"an earlier result")
    done = subprocess.run(
        command("render", path, "--work", work), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert "astronaut: mouth_r is " in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out.mp4").read_bytes() == b"an earlier result"
    assert (tmp_path / "out.failed.mp4").is_file()
    assert "failed" in (tmp_path / "out.failed.html").read_text(encoding="utf-8")
