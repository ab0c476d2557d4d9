"""Cut-outs and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from foundation.facetrack import IBUG_68, Face
from foundation.geometry import Box
from landmarks.windows import cut, moved_back, overlap, tiles


def test_a_cut_out_over_the_edge_is_black_there() -> None:
    image = np.full((40, 60, 3), 200, np.uint8)
    shown = cut(image, Box(-10, -10, 30, 30), 100)
    assert shown.shape == (40, 40, 3)
    assert not shown[:10].any()
    assert not shown[:, :10].any()
    assert (shown[10:, 10:] == 200).all()


def test_a_cut_out_beside_the_picture_is_black() -> None:
    assert not cut(np.full((40, 60, 3), 200, np.uint8), Box(100, 100, 140, 140), 20).any()


@pytest.mark.parametrize(
    ("box", "side"), [(Box(10, 20, 110, 120), 400), (Box(10, 20, 110, 120), 50), (Box(-30, -20, 170, 180), 77)]
)
def test_a_point_comes_back_to_where_it_was(box: Box, side: int) -> None:
    image = np.zeros((150, 200, 3), np.uint8)
    image[60:80, 80:100] = 255
    shown = cut(image, box, side)
    rows, columns = np.nonzero(shown[..., 0] > 127)
    middle = np.array([[(columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2, 0.0]])
    back = moved_back(Face(middle, IBUG_68, np.zeros(0), np.eye(4)), box, shown)
    assert back.points[0, :2] == pytest.approx((90, 70), abs=1.5)


def test_overlap_counts_the_smaller() -> None:
    assert overlap((0, 0, 10, 10), (2, 2, 4, 4)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(0.5)
    assert overlap((0, 0, 10, 10), (10, 0, 15, 10)) == 0


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1281), (500, 500), (192, 4000)])
def test_every_small_square_lies_whole_inside_some_tile(width: int, height: int) -> None:
    smallest = 192
    boxes = tiles(width, height, smallest)
    rng = np.random.default_rng(0)
    size = 80
    for x, y in zip(rng.integers(0, width - size, 50), rng.integers(0, height - size, 50), strict=True):
        assert any(b.x0 <= x and x + size <= b.x1 and b.y0 <= y and y + size <= b.y1 for b in boxes[1:])
