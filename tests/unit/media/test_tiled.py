"""Frames of a still picture of which a part moves come back bit for bit, in little room; damage is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from struct import pack, unpack_from

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import InputError, StageError
from media.image.images import read_image
from media.samples import sample_path
from media.video.lossless import pick_frames, read_frames, read_sheets
from media.video.writer import FrameWriter

Image = NDArray[np.uint8]
RATE = Fraction(25)
SIZES = [(64, 48), (101, 75), (17, 3), (2, 2), (1, 1), (400, 17), (16, 33), (15, 240), (97, 112)]


def noise(height: int, width: int, seed: int = 5) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def moving(still: Image, count: int = 30) -> list[Image]:
    """Frames of it: first and last the picture itself, between them any part of it, smooth and rough, to any value."""
    dice, (height, width) = np.random.default_rng(3), still.shape[:2]
    frames = [still.copy() for _ in range(count)]
    for number, frame in enumerate(frames[1:-1]):
        where = dice.random((height, width)) < dice.choice([0.002, 0.05, 1.0])
        other = cv2.GaussianBlur(noise(height, width, number), (0, 0), dice.choice([0.1, 1.0, 4.0]))
        frame[where] = (frame ^ 1, other, np.zeros_like(frame), np.full_like(frame, 255))[number % 4][where]
    return frames


def write(path: Path, still: Image, frames: list[Image]) -> Path:
    height, width = still.shape[:2]
    with FrameWriter(path, size=(width, height), fps=RATE, still=still) as writer:
        for frame in frames:
            writer.write(frame)
    return path


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_any_part_moves_bit_for_bit(width: int, height: int, tmp_path: Path) -> None:
    still = noise(height, width)
    frames = moving(still)
    path = write(tmp_path / "frames.tiles", still, frames)
    np.testing.assert_array_equal(list(read_frames(path)), frames)
    for start, stop in [(0, 1), (7, 7), (13, 20), (29, None), (28, 99), (99, None)]:
        np.testing.assert_array_equal(list(read_frames(path, start, stop)), frames[start:stop] or np.empty(0))
    for picked in ([0, 3, 4, 29], [1], [5, 6], [28, 29], []):
        np.testing.assert_array_equal(
            list(pick_frames(path, picked)), [frames[number] for number in picked] or np.empty(0)
        )


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_frames_are_drawn_where_they_show_and_nowhere_else(width: int, height: int, tmp_path: Path) -> None:
    still = noise(height, width)
    frames = moving(still)
    path = write(tmp_path / "frames.tiles", still, frames)
    canvas = np.full((height + 4, width + 6, 3), 77, np.uint8)
    part, shown = canvas[2:-2, 3:-3], None
    for sheet, frame in zip(read_sheets(path), frames, strict=True):
        assert not isinstance(sheet, np.ndarray)
        sheet.onto(part, shown)
        np.testing.assert_array_equal(part, frame)
        shown = sheet
    part[:] = 77
    assert (canvas == 77).all()


def test_a_file_of_other_frames_is_read_whatever_they_lie_like(tmp_path: Path) -> None:
    """Of views, and of pictures that are reused."""
    whole = noise(60, 90)
    still, canvas = whole[5:-5, 7:-9], whole.copy()
    frames = []
    with FrameWriter(tmp_path / "f.tiles", size=(74, 50), fps=RATE, still=still) as writer:
        for number in range(12):
            canvas[10 : 20 + number, 30:50] = number
            writer.write(canvas[5:-5, 7:-9])
            frames.append(canvas[5:-5, 7:-9].copy())
    np.testing.assert_array_equal(list(read_frames(tmp_path / "f.tiles")), frames)


def test_only_what_moves_takes_room(tmp_path: Path) -> None:
    still = noise(240, 320)
    frame = still.copy()
    frame[100:140, 100:160] = 0
    path = write(tmp_path / "frames.tiles", still, [frame] * 20)
    assert path.stat().st_size < still.nbytes * 1.3 + 20 * still.nbytes / 100


def test_a_photograph_takes_less_than_two_thirds_of_its_bytes(tmp_path: Path) -> None:
    still = read_image(sample_path("astronaut"))
    frames = [np.roll(still, number + 1, axis=0) for number in range(5)]
    assert write(tmp_path / "frames.tiles", still, frames).stat().st_size < 6 * still.nbytes * 2 / 3


def test_pure_noise_takes_hardly_more_than_its_bytes(tmp_path: Path) -> None:
    frames = [noise(160, 160, seed) for seed in range(6)]
    path = write(tmp_path / "frames.tiles", frames[0], frames[1:])
    assert path.stat().st_size < 6 * frames[0].nbytes * 1.01
    np.testing.assert_array_equal(list(read_frames(path)), frames[1:])


@pytest.fixture
def kept(tmp_path: Path) -> bytes:
    """Of a file of six frames of 64 x 48."""
    still = noise(48, 64)
    return write(tmp_path / "frames.tiles", still, moving(still, 6)).read_bytes()


HEAD = 16


def sheets(data: bytes) -> list[int]:
    """Where each length lies, that at the end as well."""
    found = [HEAD]
    while length := unpack_from("<I", data, found[-1])[0]:
        found.append(found[-1] + 4 + length)
    return found


def changed(data: bytes, at: int, to: bytes) -> bytes:
    return data[:at] + to + data[at + len(to) :]


def test_a_file_that_is_cut_anywhere_is_told(kept: bytes, tmp_path: Path) -> None:
    path, ends = tmp_path / "cut.tiles", sheets(kept)
    for size in [8, 9, HEAD - 1, HEAD, *ends[1:], *(end + 3 for end in ends[:-1]), *(end - 1 for end in ends[1:])]:
        path.write_bytes(kept[:size])
        with pytest.raises(StageError, match="damaged: it is cut off"):
            list(read_frames(path))


def test_a_file_that_tells_of_more_than_it_has_is_told(kept: bytes, tmp_path: Path) -> None:
    path, third = tmp_path / "more.tiles", sheets(kept)[2]
    bits = third + 4
    for data in (
        changed(kept, 8, pack("<II", 64, 480)),  # of another size
        changed(kept, 8, pack("<II", 48, 640)),
        changed(kept, 8, pack("<II", 0, 48)),
        changed(kept, third, pack("<I", 0xFFFFFFFF)),
        changed(kept, third, pack("<I", unpack_from("<I", kept, third)[0] - 1)),
        changed(kept, bits, b"\x0f\xf0"),  # other tiles
        changed(kept, bits, b"\0\0"),
        changed(kept, bits + 2, b"\xff"),  # numbers of 15 bits
        changed(kept, bits + 2, b"\x77"),
    ):
        path.write_bytes(data)
        with pytest.raises(StageError, match="damaged"):
            list(read_frames(path))


def test_a_picture_larger_than_allowed_is_refused(kept: bytes, tmp_path: Path) -> None:
    path = tmp_path / "large.tiles"
    path.write_bytes(changed(kept, 8, pack("<II", 4_000_000_000, 4_000_000_000)))
    with pytest.raises(InputError, match="larger than"):
        list(read_frames(path))


def test_whatever_stands_in_a_file_harms_nobody(kept: bytes, tmp_path: Path) -> None:
    """Frames come out of it, or one line."""
    dice, path, told = np.random.default_rng(1), tmp_path / "any.tiles", []
    for _ in range(200):
        data = bytearray(kept)
        for at in dice.integers(16, len(data), dice.integers(1, 20)):
            data[at] = dice.integers(256)
        path.write_bytes(data)
        try:
            assert all(frame.shape == (48, 64, 3) for frame in read_frames(path))
        except (StageError, InputError) as problem:
            told.append(str(problem))
    assert len(told) > 20
    assert not any("\n" in line for line in told)


def test_pictures_of_another_kind_are_refused(tmp_path: Path) -> None:
    for still in (noise(8, 8)[:, :, 0], np.dstack([noise(8, 8)] * 2), noise(0, 8)):
        with pytest.raises(ValueError, match="a picture is"):
            FrameWriter(tmp_path / "f.tiles", size=(8, 8), fps=RATE, still=still)
    with pytest.raises(ValueError, match="a frame is"):
        write(tmp_path / "f.tiles", noise(8, 8), [noise(8, 9)])
    path = write(tmp_path / "g.tiles", noise(8, 8), [noise(8, 8, 1)])
    sheet = next(read_sheets(path))
    assert not isinstance(sheet, np.ndarray)
    for room in (
        np.zeros((8, 9, 3), np.uint8),
        np.zeros((8, 8, 6), np.uint8)[:, :, ::2],
        np.zeros((3, 8, 8), np.uint8).T,
    ):
        with pytest.raises(ValueError, match="are drawn into"):
            sheet.onto(room, None)
    assert [each.name for each in tmp_path.iterdir()] == ["g.tiles"]
