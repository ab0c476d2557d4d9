"""Panels: the moving part and the still part of a picture meet without an edge."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from compositing.panel import Panel
from foundation.facetrack import HeadFrame
from foundation.geometry import Box

HEAD = HeadFrame((224.0, 120.0), 105.0, 0.0)


@pytest.mark.parametrize("size", [(1280, 720), (640, 720), (320, 180), (200, 100), (90, 160), (300, 1200)])
@pytest.mark.parametrize("box", [Box(100, 20, 330, 290), Box(0, 0, 512, 512), Box(201, 77, 262, 140)])
def test_an_unchanged_patch_changes_nothing(size: tuple[int, int], box: Box) -> None:
    picture = np.ascontiguousarray(data.astronaut())
    whole = Panel(picture, Box(0, 0, 512, 512), size, HEAD).draw(picture)
    part = Panel(picture, box, size, HEAD).draw(np.ascontiguousarray(picture[box.slices]))
    np.testing.assert_array_equal(part, whole)


@pytest.mark.parametrize("size", [(1280, 720), (320, 180)])
def test_only_the_patch_moves_and_nothing_stays_of_the_frame_before(size: tuple[int, int]) -> None:
    picture = np.ascontiguousarray(data.astronaut())
    box = Box(150, 40, 310, 220)
    panel = Panel(picture, box, size, HEAD)
    patch = np.ascontiguousarray(picture[box.slices])
    before = panel.draw(patch)
    moved = panel.draw(255 - patch)
    changed = np.abs(moved.astype(int) - before).max(axis=2) > 0
    rows, columns = np.nonzero(changed)
    assert changed.any()
    assert rows.max() - rows.min() < size[1] * 0.75
    assert columns.max() - columns.min() < size[0] * 0.5
    np.testing.assert_array_equal(panel.draw(patch), before)
    np.testing.assert_array_equal(picture, data.astronaut())  # others show it, too


def test_only_what_the_picture_covers_is_drawn() -> None:
    picture = np.full((100, 100, 3), 200, np.uint8)
    panel = Panel(picture, Box(10, 10, 90, 90), (400, 100), HeadFrame((50.0, 50.0), 80.0, 0.0))
    assert panel.target == Box(150, 0, 250, 100)
    assert (panel.draw(np.full((80, 80, 3), 200, np.uint8)) == 200).all()
