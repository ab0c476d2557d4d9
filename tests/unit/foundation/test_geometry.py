"""Plane geometry: maps and their inverses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from foundation.facetrack import HeadFrame
from foundation.geometry import Box, apply_affine, invert_affine, square_around, umeyama
from foundation.layout import panels, view


def test_umeyama_recovers_a_similarity() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(12, 3))
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    rotation *= np.sign(np.linalg.det(rotation))
    moved = 1.7 * points @ rotation.T + [1.0, -2.0, 0.5]
    scale, found, shift = umeyama(points, moved)
    assert scale == pytest.approx(1.7)
    np.testing.assert_allclose(found, rotation, atol=1e-9)
    np.testing.assert_allclose(shift, [1.0, -2.0, 0.5], atol=1e-9)


def test_an_affine_and_its_inverse_meet() -> None:
    affine = np.array([[0.9, -0.3, 12.0], [0.3, 0.9, -7.0]])
    points = np.array([[0.0, 0.0, 1.0], [100.0, 50.0, -2.0]])
    np.testing.assert_allclose(apply_affine(invert_affine(affine), apply_affine(affine, points)), points, atol=1e-9)


def test_a_square_holds_what_it_is_around_and_is_clipped_to_the_picture() -> None:
    box = square_around((10.2, 20.7), 15.5)
    assert (box.width, box.height) == (31, 31)
    assert box.clipped(20, 25) == Box(0, 5, 20, 25)


@pytest.mark.parametrize("size", [(1280, 720), (1281, 719), (720, 1280)])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_columns_fill_the_frame_without_gaps(size: tuple[int, int], count: int) -> None:
    boxes = panels("side_by_side", count, size)
    assert sum(box.width for box in boxes) == size[0]
    assert all(left.x1 == right.x0 for left, right in pairwise(boxes))
    assert max(box.width for box in boxes) - min(box.width for box in boxes) <= 1


@pytest.mark.parametrize("panel", [(640, 720), (1280, 720), (720, 1280), (96, 54)])
@pytest.mark.parametrize("picture", [(512, 512), (4000, 6000), (1281, 333)])
def test_a_view_never_distorts_and_stays_inside(picture: tuple[int, int], panel: tuple[int, int]) -> None:
    head = HeadFrame((picture[0] * 0.4, picture[1] * 0.3), min(picture) * 0.2, 0.0)
    seen = view(picture, panel, head)
    assert seen.window == seen.window.clipped(*picture)
    assert seen.target == seen.target.clipped(*panel)
    across, down = seen.target.width / seen.window.width, seen.target.height / seen.window.height
    assert across == pytest.approx(down, rel=1 / min(panel[0], panel[1], picture[0], picture[1]))


def test_a_view_that_fills_keeps_the_head() -> None:
    head = HeadFrame((200.0, 150.0), 110.0, 0.0)
    seen = view((512, 512), (640, 720), head)
    assert seen.fills
    assert seen.window.x0 + 70 < head.centre[0] < seen.window.x1 - 70
    assert seen.window.y0 <= head.centre[1] - 93


def test_a_panel_comes_closer_to_a_small_face_but_not_into_its_pixels() -> None:
    seen = view((2000, 3000), (640, 720), HeadFrame((1000.0, 800.0), 200.0, 0.0))
    assert 200 / seen.window.height == pytest.approx(0.3, rel=0.01)
    tiny = view((2000, 3000), (640, 720), HeadFrame((1000.0, 800.0), 40.0, 0.0))
    assert tiny.target.height / tiny.window.height == pytest.approx(2.5, rel=0.01)


def test_a_head_too_large_to_fill_is_shown_whole_and_centred() -> None:
    seen = view((680, 676), (1280, 720), HeadFrame((340.0, 330.0), 430.0, 0.0))
    assert not seen.fills
    assert seen.window == Box(0, 0, 680, 676)
    assert seen.target == Box(278, 0, 1002, 720)
