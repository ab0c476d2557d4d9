"""Scene cuts: found where a clip was cut, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from media.video.cuts import marked
from media.video.reader import VideoReader

Image = NDArray[np.uint8]


def scene(picture: Image, frames: int, drift: int = 1) -> list[Image]:
    """A camera that moves over a picture."""
    return [np.ascontiguousarray(picture[n * drift : n * drift + 120, 40 : 40 + 200]) for n in range(frames)]


ASTRONAUT, CAT, COFFEE = data.astronaut(), data.chelsea(), data.coffee()


def cuts(frames: Iterable[Image]) -> list[int]:
    timed = ((Fraction(number, 25), frame) for number, frame in enumerate(frames))
    return [number for number, frame in enumerate(marked(timed)) if frame.cut]


def test_each_cut_is_found_at_its_first_frame() -> None:
    assert cuts(scene(ASTRONAUT, 20) + scene(CAT, 15) + scene(COFFEE, 20)) == [20, 35]


def test_every_frame_comes_through_in_order() -> None:
    frames = scene(ASTRONAUT, 7)
    given = list(marked((Fraction(number, 25), frame) for number, frame in enumerate(frames)))
    assert [one.seconds for one in given] == [Fraction(number, 25) for number in range(7)]
    assert all(one.image is frame for one, frame in zip(given, frames, strict=True))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_clips_of_a_few_frames(count: int) -> None:
    assert cuts(scene(ASTRONAUT, count)) == []


def test_a_pan_is_no_cut() -> None:
    assert cuts(scene(np.ascontiguousarray(ASTRONAUT.transpose(1, 0, 2)), 60, drift=5)) == []


def test_a_fade_is_no_cut() -> None:
    one, two = scene(ASTRONAUT, 40, 0), scene(CAT, 40, 0)
    assert (
        cuts(cv2.addWeighted(a, 1 - n / 39, b, n / 39, 0) for n, (a, b) in enumerate(zip(one, two, strict=True))) == []
    )


def test_a_flash_is_no_cut() -> None:
    frames = scene(ASTRONAUT, 40)
    frames[20] = np.full_like(frames[20], 250)
    assert cuts(frames) == []


@pytest.mark.shared
def test_people_who_speak_are_not_cut(shared_media: Path) -> None:
    with VideoReader(shared_media / "driving" / "d19.mp4") as reader:
        assert not any(frame.cut for frame in marked(reader))
