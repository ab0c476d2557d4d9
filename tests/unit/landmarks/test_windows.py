"""Cut-outs and the way back."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from foundation.geometry import Box
from landmarks.windows import Window, overlap, tiles


def test_a_cut_out_over_the_edge_is_black_there() -> None:
    image = np.full((40, 60, 3), 200, np.uint8)
    shown = Window.over(Box(-10, -10, 30, 30), 100).cut(image)
    assert shown.shape == (40, 40, 3)
    assert not shown[:10].any()
    assert not shown[:, :10].any()
    assert (shown[10:, 10:] == 200).all()


@pytest.mark.parametrize("side", [20, 40])
@pytest.mark.parametrize("corner", [(100, 100), (-41, 0), (59, 39), (-1000, 20)])
def test_a_cut_out_beside_the_picture_is_black(corner: tuple[int, int], side: int) -> None:
    x, y = corner
    shown = Window.over(Box(x, y, x + 40, y + 40), side).cut(np.full((40, 60, 3), 200, np.uint8))
    assert shown.shape[0] == shown.shape[1]
    assert shown.mean() < 1


@pytest.mark.parametrize("box", [Box(11, 20, 111, 120), Box(-30, -21, 171, 180), Box(90, 57, 220, 187)])
@pytest.mark.parametrize("side", [400, 100, 64, 30])
def test_every_pixel_of_a_cut_out_comes_back_to_where_it_was(box: Box, side: int) -> None:
    """The colours of the picture are its coordinates."""
    y, x = np.mgrid[:150, :200]
    image = np.stack([x, y, 0 * x + 1], axis=2).astype(np.uint8)
    window = Window.over(box, side)
    shown = window.cut(image)
    assert len(shown) <= side + 1
    assert len(shown) > side / 2 or window.step == 1
    assert box.width <= len(shown) * window.step < box.width + 2 * window.step
    rows, columns = np.nonzero(shown[..., 2])
    back = window.back(np.stack([columns, rows, 0 * rows + 3.0], axis=1))
    assert len(back) >= 9
    np.testing.assert_allclose(back[:, :2], shown[rows, columns, :2], atol=0.51)
    assert (back[:, 2] == 3 * window.step).all()


def test_a_cut_out_of_a_large_picture_costs_no_copy_of_it() -> None:
    image = np.zeros((6000, 8000, 3), np.uint8)
    tracemalloc.start()
    Window.over(Box(-1000, -2000, 9000, 8000), 256).cut(image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < image.nbytes / 2


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
