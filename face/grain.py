"""Grain that goes with what it is drawn on: noise drawn for each frame, or each box, would boil."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 256
GRAINY = 0.8
"""Levels of grain from which it shows."""


def noise(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w) soft noise of unit spread at places that move with a thing, pixels from a point on it."""
    middle = np.float32(SIDE / 2)
    return np.asarray(
        cv2.remap(_tile(), x + middle, y + middle, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32
    )


@cache
def _tile() -> NDArray[np.float32]:
    drawn = np.random.default_rng(7).standard_normal((SIDE, SIDE)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.7), np.float32)
    return soft / soft.std()
