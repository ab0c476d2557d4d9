"""The published demo's frames, from a stage that holds no clip in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from engines.tpsmm.options import Mode, Options
from foundation.codec import encode
from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.schemes import MEDIAPIPE_478
from media.ffmpeg.codecs import Encode
from media.image.images import write_png
from media.video.reader import VideoReader
from stages.animation.demo import run
from stages.artifacts import File, Media
from stages.contracts.demo import Inputs, Settings
from stages.contracts.shared import EngineUse, Timing
from stages.findings import Track
from tests.synthetic import run_recipe, write_clip
from tests.tiny_model import SHAPE, demo_frames, write_tiny

Image = NDArray[np.uint8]
Demo = Callable[..., list[Image]]
FRAMES = 5
FPS = Fraction(30000, 1001)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def source() -> Image:
    return np.asarray(skimage.data.astronaut()[:400, 50:450], np.uint8)


@pytest.fixture(scope="module")
def clip() -> list[Image]:
    """A cat that slides across the picture, wider than high."""
    cat = skimage.data.chelsea()
    return [np.ascontiguousarray(cat[20:180, 20 * k : 20 * k + 240]) for k in range(FRAMES)]


@pytest.fixture(scope="module")
def demo(model: tuple[Path, Path], source: Image) -> Demo:
    """The published demo's frames for a clip."""
    return partial(demo_frames, model, source)


@pytest.fixture
def inputs(tmp_path: Path, model: tuple[Path, Path], source: Image, clip: list[Image]) -> Inputs:
    write_png(tmp_path / "source.png", source)
    write_clip(tmp_path / "clip.avi", clip, fps=FPS, codec="ffv1", pix_fmt="bgr0")
    return Inputs(
        config=File.at(model[0]),
        checkpoint=File.at(model[1]),
        source=Media.at(tmp_path / "source.png"),
        media=Media.at(tmp_path / "clip.avi"),
    )


LOSSLESS = Encode("mkv", "ffv1", "ffv1", None)


def settings(
    mode: Mode = "relative", shape: tuple[int, int] = SHAPE, fps: Fraction = FPS, frames: int = FRAMES
) -> Settings:
    timing = Timing(start=Fraction(0), frames=frames, fps=fps)
    options = encode(Options(precision="fp32", mode=mode))
    engine = EngineUse(name="tpsmm", version=1)
    return Settings(engine=engine, options=options, timing=timing, shape=shape, video=LOSSLESS)


def frames_of(path: Path) -> list[Image]:
    with VideoReader(path) as reader:
        return [frame for _, frame in reader]


def furthest(made: list[Image], wanted: list[Image]) -> int:
    """The largest difference in levels, of equally many frames."""
    return max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(made, wanted, strict=True))


def no_report(done: int, total: int) -> None:
    assert done <= total


@pytest.mark.parametrize("mode", ["relative", "standard", "avd"])
def test_the_frames_are_the_demos(inputs: Inputs, demo: Demo, clip: list[Image], tmp_path: Path, mode: Any) -> None:
    facts = run(settings(mode=mode), inputs, tmp_path, no_report)
    made = frames_of(tmp_path / "picture.mkv")
    assert furthest(made, demo(clip, mode)) <= 1
    assert (facts.frames, facts.reference) == (FRAMES, 0)
    assert len({frame.tobytes() for frame in made}) == FRAMES


def test_the_clip_is_read_as_the_demos_reader_reads_it(
    inputs: Inputs, demo: Demo, clip: list[Image], tmp_path: Path
) -> None:
    media = write_clip(tmp_path / "clip.mp4", clip, fps=FPS, sar=Fraction(12, 11))
    run(settings(), replace(inputs, media=Media.at(media)), tmp_path, no_report)
    run_recipe("-i", media, "-pix_fmt", "rgb24", "-f", "rawvideo", tmp_path / "raw")  # all that imageio asks ffmpeg for
    read = np.fromfile(tmp_path / "raw", np.uint8).reshape(FRAMES, *clip[0].shape)
    assert furthest(frames_of(tmp_path / "picture.mkv"), demo(list(read))) <= 1


def test_outward_from_the_best_frame_as_the_demo_does(
    inputs: Inputs, demo: Demo, clip: list[Image], tmp_path: Path
) -> None:
    face = np.random.default_rng(1).random((478, 3)) * 100
    faces = np.stack([face * (1 + abs(k - 3), 1, 1) + 10 * k for k in range(FRAMES)])  # wider away from frame 3
    faces[1] = face  # bridged, so not to be chosen
    found = np.arange(FRAMES) != 1
    _save(tmp_path / "source", face[None] * 2, np.array([True]), (400, 400))
    _save(tmp_path / "clip", faces, found, (240, 240))
    given = replace(inputs, source_face=Track.at(tmp_path / "source"), faces=Track.at(tmp_path / "clip"))
    facts = run(settings(), given, tmp_path, no_report)
    assert facts.reference == 3
    made = frames_of(tmp_path / "picture.mkv")
    assert furthest(made, demo(clip, best=3)) <= 1
    assert furthest(made, demo(clip)) > 1


def test_a_variable_rate_becomes_constant_by_timestamps(
    inputs: Inputs, demo: Demo, clip: list[Image], tmp_path: Path
) -> None:
    times = [Fraction(k, 10) for k in (0, 1, 4, 5, 6)]
    media = write_clip(tmp_path / "vfr.mkv", clip, times=times, codec="ffv1", pix_fmt="bgr0")
    run(settings(fps=Fraction(10), frames=7), replace(inputs, media=Media.at(media)), tmp_path, no_report)
    wanted = demo([clip[k] for k in (0, 1, 1, 1, 2, 3, 4)])
    assert furthest(frames_of(tmp_path / "picture.mkv"), wanted) <= 1


def test_a_shape_that_the_network_cannot_take(inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="multiples of 32") as caught:
        run(settings(shape=(60, 64)), inputs, tmp_path, no_report)
    assert "--img_shape" in str(caught.value)
    assert not (tmp_path / "picture.mkv").exists()


def test_a_clip_that_ends_early(inputs: Inputs, clip: list[Image], tmp_path: Path) -> None:
    whole = inputs.media.path.read_bytes()
    inputs.media.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError) as caught:
        run(settings(), inputs, tmp_path, no_report)
    assert "clip.avi" in str(caught.value)
    assert not (tmp_path / "picture.mkv").exists()


def _save(folder: Path, points: NDArray[np.floating], found: NDArray[np.bool_], size: tuple[int, int]) -> None:
    folder.mkdir()
    count = len(points)
    pose = np.broadcast_to(np.eye(4), (count, 4, 4))
    FaceTrack(points, found, np.zeros((count, 0)), pose, MEDIAPIPE_478, size).save(folder / "track")
