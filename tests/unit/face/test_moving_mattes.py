"""The person of a moving plate."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from face.moving_mattes import STEADY, MovingMatte
from foundation.facetrack import Face
from foundation.geometry import Image
from foundation.schemes import MEDIAPIPE_478
from tests.golden.cases import FACES

SIZE = (300, 360)
COUNT, PAN = STEADY.asked + 2, 3
"""Frames, and pixels that the camera pans in each."""
HAIR, CHEEK, WALL = (45, 225), (150, 215), (60, 340)
"""Rows and columns of the astronaut's picture."""
Mask = NDArray[np.uint8]


def face(shift: int = 0) -> Face:
    with np.load(FACES, allow_pickle=False) as kept:
        points, shapes, pose = kept["points"][0] / 64.0, kept["blendshapes"][0], kept["pose"][0]
    return Face(points - np.array([60.0 + shift, 0, 0]), MEDIAPIPE_478, shapes, pose)


def panned(number: int) -> Image:
    """The astronaut as the camera pans past her, with a camera's noise."""
    left = 60 + PAN * number
    noise = np.random.default_rng(number).normal(0, 2, (*SIZE, 3))
    part = data.astronaut()[: SIZE[0], left : left + SIZE[1]] + noise
    return np.clip(np.rint(part), 0, 255).astype(np.uint8)


def followed() -> list[Mask]:
    matte = MovingMatte(SIZE[::-1])
    told = [matte(panned(number), face(PAN * number)) for number in range(COUNT)]
    assert matte.doubt is None
    return told


@pytest.fixture(scope="module")
def masks() -> list[Mask]:
    return followed()


def test_the_person_is_told_from_what_is_behind_in_every_frame(masks: list[Mask]) -> None:
    for number, mask in enumerate(masks):
        left = 60 + PAN * number
        assert mask.shape == SIZE
        assert [int(mask[row, column - left]) for row, column in (HAIR, CHEEK, WALL)] == [255, 255, 0]


def test_it_is_steady_and_the_same_every_time(masks: list[Mask]) -> None:
    assert all((one == two).all() for one, two in zip(masks, followed(), strict=True))
    for before, after in pairwise(masks[1:]):  # as the picture itself moves
        apart = np.abs(before[:, PAN:].astype(int) - after[:, :-PAN])[:200]
        assert (apart > 64).mean() < 0.002


def test_after_a_cut_nothing_of_the_scene_before_stays(masks: list[Mask]) -> None:
    matte = MovingMatte(SIZE[::-1])
    mirrored = face()
    mirrored = replace(mirrored, points=mirrored.points * (-1, 1, 1) + (SIZE[1] - 1, 0, 0))
    for _ in range(3):
        matte(np.ascontiguousarray(panned(0)[:, ::-1]), mirrored)
    for number in range(3):
        last = matte(panned(number), face(PAN * number))
    assert (np.abs(last.astype(int) - masks[2]) > 64).mean() < 0.01


def test_where_nobody_is_seen_it_is_doubted() -> None:
    matte = MovingMatte((200, 160))
    small = replace(face(), points=face().points * 0.4)
    for _ in range(2):
        matte(np.full((160, 200, 3), 120, np.uint8), small)
    assert matte.doubt is not None
