"""What moves inwards from a picture's own edges leaves no gap, and nothing is seen twice there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.landmark_tps.renderer import STRETCHED, identity, stay_inside
from foundation.geometry import Box

HEIGHT, WIDTH = 120, 160
WHOLE = Box(0, 0, WIDTH, HEIGHT)


@pytest.mark.parametrize("way", [(0, 7), (0, -7), (7, 0), (-7, 0), (5, 4)])
def test_a_line_along_the_edge_is_seen_once(way: tuple[int, int]) -> None:
    """Something moves by `way`, across and down, away from edges that have a line beside them."""
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    for lines in (picture, picture.T):
        lines[[3, -4]] = 255
    field = identity(WHOLE) - np.array(way, np.float32)
    stay_inside(field)
    moved = cv2.remap(picture, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    for lines, away in ((moved[:, WIDTH // 2], way[1]), (moved[HEIGHT // 2], way[0])):
        left = lines if away >= 0 else lines[::-1]  # from the edge that is left behind
        assert cv2.connectedComponents((left[:30] > 60).astype(np.uint8))[0] == 2, "the line, and all beside it"


def test_the_rest_moves_as_it_did_and_nothing_folds() -> None:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    pull = 9 * np.exp(-(((rows - 20) / 40) ** 2) - ((columns - 80) / 50) ** 2)
    field = identity(WHOLE)
    field[:, :, 1] -= pull
    before = field.copy()
    stay_inside(field)
    assert field[:, :, 1].min() == 0
    assert np.diff(field[:, :, 1], axis=0).min() > 0
    far = rows > STRETCHED * pull[:1].max()
    assert far.any()
    assert (field[far] == before[far]).all()
    assert (field[:, :, 0] == before[:, :, 0]).all()
