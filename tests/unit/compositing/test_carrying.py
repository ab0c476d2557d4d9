"""Where a person goes in a moved picture."""

from __future__ import annotations

import cv2
import numpy as np
from skimage import data

from compositing.carrying import carried, places

STILL = np.ascontiguousarray(data.astronaut()[:240, 100:360])
PERSON = np.zeros(STILL.shape[:2], np.uint8)
cv2.ellipse(PERSON, (125, 120), (60, 80), 0, 0, 360, 255, -1)


def test_a_mask_goes_where_the_picture_goes() -> None:
    moved = np.roll(STILL, (4, 7), axis=(0, 1))
    where = carried(PERSON, places(STILL, moved, 100))
    expected = np.roll(PERSON, (4, 7), axis=(0, 1))
    assert (np.abs(where.astype(int) - expected) > 128).mean() < 0.005
    assert (np.abs(PERSON.astype(int) - expected) > 128).mean() > 0.02


def test_a_picture_at_rest_leaves_it_where_it_is() -> None:
    assert (carried(PERSON, places(STILL, STILL, 100)) == PERSON).all()
