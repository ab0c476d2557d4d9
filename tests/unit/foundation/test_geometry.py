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


def test_a_view_never_distorts_and_keeps_the_head() -> None:
    head = HeadFrame((200.0, 150.0), 110.0, 0.0)
    seen = view((512, 512), (640, 720), head)
    assert seen.fills
    assert seen.affine[0, 0] == seen.affine[1, 1]
    assert seen.affine[0, 1] == seen.affine[1, 0] == 0
    centre = apply_affine(seen.affine, np.array([head.centre]))[0]
    assert 0.3 * 640 < centre[0] < 0.7 * 640


def test_a_head_too_large_to_fill_is_shown_whole() -> None:
    seen = view((680, 676), (1280, 720), HeadFrame((340.0, 330.0), 430.0, 0.0))
    assert not seen.fills
    corners = apply_affine(seen.affine, np.array([[-0.5, -0.5], [679.5, 675.5]]))
    assert corners[0, 1] == pytest.approx(-0.5)
    assert corners[1, 1] == pytest.approx(719.5)
    assert corners[0, 0] + corners[1, 0] == pytest.approx(1279)
