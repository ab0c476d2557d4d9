"""Exposure and white balance steadied: a camera that adjusts itself while it records, undone by what a face looks like.

A face's points mark the same skin in every frame. Levels are a power of light, so a change of exposure multiplies them,
and a change of white balance multiplies each channel by a number of its own. The median over the points of how much
they differ from their own mean over the clip is that number: lips and lids that move are outvoted.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from media.image.resample import Image

DARK, BRIGHT = 12, 243
"""Levels beyond these say nothing: noise below, clipped above."""

STRONGEST = 2.0
"""No frame is changed by more than this factor."""

LEAST = 12
"""So many points must be seen for a frame to be changed."""


class SteadyLight:
    """Looks at every frame of a clip once, and then levels each of them. Memory does not grow with the clip."""

    def __init__(self) -> None:
        self._sum: NDArray[np.float64] | None = None
        self._seen: NDArray[np.int64] = np.zeros(0, np.int64)

    def look(self, image: Image, points: NDArray[np.floating]) -> None:
        """Take a frame into account.

        Args:
            image: (H, W, 3) uint8.
            points: (P, 2 or more), x and y of the face's points in its pixels; P is the same in all frames.
        """
        levels, good = _levels(image, points)
        if self._sum is None:
            self._sum, self._seen = np.zeros_like(levels), np.zeros(len(levels), np.int64)
        self._sum += np.where(good[:, None], levels, 0)
        self._seen += good

    def level(self, image: Image, points: NDArray[np.floating]) -> Image:
        """The frame as it would be in the clip's mean light."""
        if self._sum is None:
            return image
        levels, good = _levels(image, points)
        good &= self._seen > 0
        if good.sum() < LEAST:
            return image
        apart = self._sum[good] / self._seen[good, None] - levels[good]
        factor = np.clip(np.exp(np.median(apart, axis=0)), 1 / STRONGEST, STRONGEST)
        table = np.clip(np.rint(np.arange(256)[:, None] * factor), 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def _levels(image: Image, points: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(P, 3) logarithms of the levels around each point, and (P,) which of them can be believed."""
    height, width = image.shape[:2]
    spread = max(3, round(float(np.ptp(points[:, 1])) / 40) | 1)
    x, y = np.rint(points[:, 0]).astype(int), np.rint(points[:, 1]).astype(int)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    smooth = cv2.blur(image, (spread, spread))
    seen = smooth[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)].astype(np.float64)
    believed = inside & (seen >= DARK).all(axis=1) & (seen <= BRIGHT).all(axis=1)
    return np.log(np.maximum(seen, 1)), believed
