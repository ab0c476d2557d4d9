"""Planes: what is converted part by part is what ffmpeg makes of the whole picture."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.geometry import Box
from media.ffmpeg.binary import ffmpeg
from media.ffmpeg.planes import Planes
from media.video.writer import FrameWriter

Image = NDArray[np.uint8]
ASKED = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"


def noise(size: tuple[int, int]) -> Image:
    return np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3), np.uint8)


@pytest.mark.parametrize("harsh", [False, True])
@pytest.mark.parametrize("size", [(640, 360), (98, 34), (16, 16), (2, 2)])
def test_planes_are_those_that_ffmpeg_makes(size: tuple[int, int], harsh: bool) -> None:
    image = noise(size)
    if harsh:  # colours overshoot between pure ones
        image = np.where(image > 127, 255, 0).astype(np.uint8)
    command = [ffmpeg(), "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"]
    command += ["-i", "pipe:0", "-vf", f"{ASKED},format=yuv420p", "-f", "rawvideo", "pipe:1"]
    theirs = subprocess.run(command, input=image.tobytes(), capture_output=True, check=True).stdout
    ours = Planes(size)
    ours.take(image, None)
    assert ours.samples.tobytes() == theirs


def test_a_picture_may_lie_in_memory_as_it_likes() -> None:
    image = noise((98, 34))
    turned = np.ascontiguousarray(image.transpose(2, 0, 1)).transpose(1, 2, 0)
    assert not turned.flags.c_contiguous
    theirs, ours = Planes((98, 34)), Planes((98, 34))
    theirs.take(image, None)
    ours.take(turned, None)
    assert (ours.samples == theirs.samples).all()


def test_parts_that_change_are_as_if_all_had_been_converted() -> None:
    size, image, draw = (322, 182), noise((322, 182)), np.random.default_rng(4)
    parts, whole = Planes(size), Planes(size)
    parts.take(image, None)
    for _ in range(60):
        boxes = []
        for _ in range(int(draw.integers(0, 4))):
            x0, y0 = int(draw.integers(0, 322)), int(draw.integers(0, 182))
            box = Box(x0, y0, x0 + int(draw.integers(0, 120)), y0 + int(draw.integers(0, 90))).clipped(*size)
            image[box.slices] = draw.integers(0, 256, 3, np.uint8)
            boxes.append(box)
        parts.take(image, boxes)
        whole.take(image, None)
        assert (parts.samples == whole.samples).all()


def test_a_writer_that_is_told_what_changes_writes_the_same_file(tmp_path: Path) -> None:
    image = noise((160, 90))
    with (
        FrameWriter(tmp_path / "told.mp4", size=(160, 90), fps=Fraction(25)) as told,
        FrameWriter(tmp_path / "not.mp4", size=(160, 90), fps=Fraction(25)) as untold,
    ):
        for number in range(12):
            box = Box(5 * number, 10, 5 * number + 31, 41)
            image[box.slices] = 20 * number
            told.write(image, [box] if number else None)
            untold.write(image)
    assert (tmp_path / "told.mp4").read_bytes() == (tmp_path / "not.mp4").read_bytes()
