"""How sharply a moving region leaves the still picture along its edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.features import Image

BAND = 0.02
"""Depth, of a region's longer side, to which a seam is looked for from its edge inwards; at least LEAST pixels."""
LEAST = 6
SECTORS = 72
"""Parts of the edge, by direction from the region's middle, in each of which the difference is averaged: an offset of
colour stays, texture goes."""
STEP = 2
"""Pixels within which a seam rises."""
FEW = 3
"""Pixels that a part must have at some depth to count there."""


class Edge:
    """The edge of one region: its rings of pixels, one a depth, cut into parts.

    Args:
        region: (h, w) bool, where the moving picture shows at all.
        inner: left, top, right, bottom: whether the picture goes on beyond that side of the array.
    """

    def __init__(self, region: NDArray[np.bool_], inner: tuple[bool, bool, bool, bool]) -> None:
        height, width = region.shape
        left, top, right, bottom = (0 if goes_on else 1 for goes_on in inner)
        padded = np.zeros((height + 2, width + 2), np.uint8)
        padded[1:-1, 1:-1] = region
        padded[:, 0], padded[0, :], padded[:, -1], padded[-1, :] = left, top, right, bottom
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        self._depth = max(LEAST, round(BAND * max(height, width)))
        near = region & (depth <= self._depth)
        rows, columns = np.nonzero(near)
        angle = np.arctan2(rows - (height - 1) / 2, columns - (width - 1) / 2)
        sector = np.minimum((angle + np.pi) / (2 * np.pi) * SECTORS, SECTORS - 1).astype(np.int64)
        ring = np.minimum(np.ceil(depth[near]).astype(np.int64) - 1, self._depth - 1)
        self._places, self._label = rows * width + columns, sector * self._depth + ring
        self._count = np.bincount(self._label, minlength=SECTORS * self._depth)

    def seam(self, result: Image, still: Image) -> float:
        """The sharpest step, in levels, of the difference between result and still across the edge.

        In each part of the edge the difference's change over STEP pixels is taken at every depth; then the mean over
        the parts; then the largest. Outside the region there is no difference by construction. NaN without an edge.
        """
        if not len(self._label):
            return float("nan")
        ours, theirs = (np.take(each.reshape(-1, 3), self._places, axis=0) for each in (result, still))
        difference = ours.astype(np.float64) - theirs
        total = np.stack([np.bincount(self._label, channel, len(self._count)) for channel in difference.T], axis=1)
        means = np.where(self._count[:, None] >= FEW, total / np.maximum(self._count, 1)[:, None], np.nan)
        profile = means.reshape(SECTORS, self._depth, 3)
        profile = np.concatenate([np.zeros((SECTORS, STEP, 3)), profile], axis=1)
        steps = np.abs(profile[:, STEP:] - profile[:, :-STEP]).mean(axis=2)
        known = np.isfinite(steps)
        seen = known.sum(axis=0) >= SECTORS // 8
        if not seen.any():
            return float("nan")
        summed = np.where(known, steps, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        return float(summed[seen].max())
