"""What is written comes back: bit for bit without loss, in the right colours with it, whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from foundation.errors import StageError
from media.ffmpeg.codecs import Encode
from media.files.info import LOSSLESS_SUFFIX
from media.video.lossless_writer import LosslessSink
from media.video.probe import probe
from media.video.reader import VideoReader, read_frames
from media.video.writer import FrameWriter
from tests.synthetic import bars, number_in, numbered

NAMES = ["plain", "with space", "qu'o\"te", "中文 ü", "-leading", "100%d%03d", "a:b"]
RATE = Fraction(30000, 1001)


def noise(count: int, shape: tuple[int, ...]) -> list[np.ndarray]:
    dice = np.random.default_rng(5)
    return [dice.integers(0, 256, shape, dtype=np.uint8) for _ in range(count)]


@pytest.mark.parametrize("suffix", [".avi", ".mkv"])
@pytest.mark.parametrize(("width", "height"), [(64, 48), (101, 75), (17, 3), (2, 2)])
@pytest.mark.parametrize("channels", [3, 4])
def test_lossless_is_bit_for_bit_from_any_frame_on(
    suffix: str, width: int, height: int, channels: int, tmp_path: Path
) -> None:
    frames = noise(30, (height, width, channels))
    path = tmp_path / f"frames{suffix}"
    with FrameWriter(path, size=(width, height), fps=RATE, alpha=channels == 4) as writer:
        for frame in frames:
            writer.write(frame)
    assert writer.frames == 30
    np.testing.assert_array_equal(list(read_frames(path)), frames)
    for start, stop in [(0, 1), (7, 7), (13, 20), (29, None), (28, 99)]:
        np.testing.assert_array_equal(list(read_frames(path, start, stop)), frames[start:stop])


@pytest.mark.parametrize(
    "told",
    [
        "",
        "1",
        "64 48",
        "64 48 0 0 64 48 1 x",
        "60000 60000 0 0 64 48 1 1",
        "64 48 0 0 64 49 1 1",
        "64 48 -9 0 64 48 1 1",
    ],
)
def test_planes_that_tell_of_another_picture_are_told(told: str, tmp_path: Path) -> None:
    path = tmp_path / "frames.avi"
    with FrameWriter(path, size=(64, 48), fps=RATE, tags={"comment": f"planes {told}"}) as writer:
        writer.write(np.zeros((48, 64, 3), np.uint8))
    with pytest.raises(StageError, match="damaged"):
        list(read_frames(path))


def test_the_caller_may_reuse_its_memory(tmp_path: Path) -> None:
    path = tmp_path / f"f{LOSSLESS_SUFFIX}"
    canvas = np.zeros((48, 64, 3), np.uint8)
    with FrameWriter(path, size=(64, 48), fps=Fraction(25)) as writer:
        for k in range(50):
            canvas[:] = k
            writer.write(canvas)
    assert [int(frame[0, 0, 0]) for frame in read_frames(path)] == list(range(50))


@pytest.mark.parametrize("suffix", [".avi", ".mkv", ".mp4"])
def test_the_same_frames_make_the_same_file(suffix: str, tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}{suffix}"
        with FrameWriter(path, size=(160, 96), fps=RATE) as writer:
            for k in range(12):
                writer.write(numbered(k))
        files.append(path.read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".avi", ".mp4"])
def test_any_name_is_only_a_name(name: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(f"{name}{suffix}")
    with FrameWriter(path, size=(160, 96), fps=Fraction(25)) as writer:
        writer.write(numbered(5))
    assert number_in(next(read_frames(path))) == 5
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "fps", [*(Fraction(k * 1000, 1001) for k in (24, 30, 60, 120)), Fraction(25), Fraction(2997, 100)], ids=str
)
def test_delivery_has_the_exact_rate_every_frame_and_bt709_throughout(fps: Fraction, tmp_path: Path) -> None:
    path = tmp_path / "d.mp4"
    with FrameWriter(path, size=(160, 96), fps=fps, encode=Encode(crf=12)) as writer:
        for k in range(40):
            writer.write(numbered(k))
    video = probe(path).video
    assert video is not None
    assert (video.codec, video.fps, video.frames, video.variable, video.start) == ("h264", fps, 40, False, 0)
    assert video.pix_fmt == "yuv420p"
    tags = (video.color_range, video.color_space, video.color_primaries, video.color_transfer)
    assert tags == ("tv", "bt709", "bt709", "bt709")
    with VideoReader(path) as reader:
        assert [number_in(frame) for _, frame in reader] == list(range(40))


def test_delivery_keeps_the_colours(tmp_path: Path) -> None:
    path = tmp_path / "d.mp4"
    with FrameWriter(path, size=(320, 96), fps=Fraction(25), encode=Encode(crf=8)) as writer:
        for _ in range(5):
            writer.write(bars((320, 96)))
    frame = next(read_frames(path)).astype(int)
    inside = np.arange(8) * 40 + 20
    assert np.abs(frame[48, inside] - bars((320, 96))[48, inside]).max() <= 3


def test_delivery_refuses_odd_sides_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"even sides, not 161x96 \(choose 162x96\)"):
        FrameWriter(tmp_path / "d.mp4", size=(161, 96), fps=Fraction(25))
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_shape_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"a frame is \(96, 160, 4\)"),
        FrameWriter(tmp_path / "f.avi", size=(160, 96), fps=Fraction(25)) as writer,
    ):
        writer.write(np.zeros((96, 160, 4), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "how", [{"codec": "magicyuv"}, {"codec": "ffv1"}, {"encode": Encode()}], ids=["magicyuv", "ffv1", "h264"]
)
def test_an_error_leaves_nothing_new_and_the_old_file_as_it_was(how: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "f.avi"
    path.write_bytes(b"old")
    writer = FrameWriter(path, size=(160, 96), fps=Fraction(25), **how)
    with pytest.raises(KeyboardInterrupt), writer:
        writer.write(numbered(1))
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_while_finishing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: LosslessSink) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(LosslessSink, "finish", interrupted)
    writer = FrameWriter(tmp_path / "f.avi", size=(160, 96), fps=Fraction(25))
    writer.write(numbered(1))
    with pytest.raises(KeyboardInterrupt):
        writer.close()
    assert list(tmp_path.iterdir()) == []
    writer.close()


def test_nothing_written_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(StageError, match="no frame was written"),
        FrameWriter(tmp_path / "f.avi", size=(160, 96), fps=Fraction(25)),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fails_in", ["send", "finish"])
def test_a_full_disk_is_told_with_the_cure_and_the_old_file_stays(
    fails_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(LosslessSink, fails_in, full)
    path = tmp_path / "f.avi"
    path.write_bytes(b"old")
    writer = FrameWriter(path, size=(160, 96), fps=Fraction(25))
    with pytest.raises(StageError, match=r"the disk is full \(free some space"), writer:
        for k in range(20):
            writer.write(numbered(k))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_encoder_that_dies_is_told_and_never_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUET_FFMPEG", sys.executable)  # a program that does not take these arguments
    with (
        pytest.raises(StageError, match="ffmpeg failed"),
        FrameWriter(tmp_path / "d.mp4", size=(640, 480), fps=Fraction(25)) as writer,
    ):
        for _ in range(100):
            writer.write(np.zeros((480, 640, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["missing/f.avi", "file.txt/f.avi", "."])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(place: str, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(StageError) as caught:
        FrameWriter(tmp_path / place, size=(16, 16), fps=Fraction(25))
    assert caught.value.cure


def test_no_child_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), FrameWriter(tmp_path / "d.mp4", size=(160, 96), fps=Fraction(25)) as writer:
        writer.write(numbered(0))
        raise RuntimeError
    assert not [child.name() for child in psutil.Process().children() if "ffmpeg" in child.name()]
