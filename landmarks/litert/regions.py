"""Turned rectangles of a picture that networks look at, sampled as OpenCV 4.10 samples them for MediaPipe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Array
from landmarks.base import Image

MARGIN = 1.5
"""A region's sides over those of the box that holds the face."""
EYES = (33, 263)
"""Of the 478 points: the outer corners, the subject's right and left."""
_STRIP = 64
"""Columns for which OpenCV's warp computes anew where it begins; it decides how halves are rounded."""
_BITS = 5
"""OpenCV 4.10 interpolates at 1 / 2^_BITS pixel."""


@dataclass(frozen=True)
class Region:
    """A rectangle about (x, y), turned clockwise by `angle` radians.

    x, y, width, height: pixels; an edge lies at the coordinate of the pixel's middle, as MediaPipe has it.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    @staticmethod
    def of_detection(row: Array) -> Region:
        """About a detected face: `row` begins with x0, y0, x1, y1 and the right and left eye's x, y."""
        x0, y0, x1, y1, right_x, right_y, left_x, left_y = (float(value) for value in row[:8])
        angle = math.atan2(left_y - right_y, left_x - right_x)
        return Region((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) * MARGIN, (y1 - y0) * MARGIN, angle)

    @staticmethod
    def of_points(points: Array) -> Region:
        """Where to look next for a face of which (478, 3) points are known: a square."""
        (x0, y0), (x1, y1) = points[:, :2].min(axis=0).tolist(), points[:, :2].max(axis=0).tolist()
        side = max(x1 - x0, y1 - y0) * MARGIN
        across = points[EYES[1]] - points[EYES[0]]
        return Region((x0 + x1) / 2, (y0 + y1) / 2, side, side, math.atan2(across[1], across[0]))

    def scaled(self, right: float, down: float) -> Region:
        """The same part of a picture of another size."""
        return Region(self.x * right, self.y * down, self.width * right, self.height * down, self.angle)

    def placed(self, points: Array) -> Array:
        """(N, 3) points in the picture, pixels, of points whose x and y are parts of this region (0..1 from its left
        and top), z parts of its width."""
        u, v = (points[:, 0] - 0.5) * self.width, (points[:, 1] - 0.5) * self.height
        c, s = math.cos(self.angle), math.sin(self.angle)
        placed = np.empty(points.shape)
        placed[:, 0] = c * u - s * v + self.x
        placed[:, 1] = s * u + c * v + self.y
        placed[:, 2] = points[:, 2] * self.width
        return placed


def sampled(image: Image, region: Region, side: int, border: int) -> Image:
    """(side, side, 3): the region's corners go to 0 and `side`, its sides each by its own scale; bilinear.

    OpenCV's warps from 5.0 on interpolate exactly, 4.10's at 1/32 of a pixel, and the points found then differ by up to
    some pixels of a face of 256: what 4.10 does is done here, by the fixed-point maps that `remap` still takes.

    Args:
        border: what lies outside the picture, as a constant of OpenCV.
    """
    return cv2.remap(image, *_maps(region, side), cv2.INTER_LINEAR, borderMode=border)


def sampled_whole(image: Image, side: int, border: int) -> Image:
    """The same of a whole picture, in the middle of a square; where it lies is worked out once for each size."""
    height, width = image.shape[:2]
    return cv2.remap(image, *_whole_maps(width, height, side), cv2.INTER_LINEAR, borderMode=border)


@lru_cache(maxsize=32)
def _whole_maps(width: int, height: int, side: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    longer = max(width, height)
    return _maps(Region(width / 2, height / 2, longer, longer), side)


def _maps(region: Region, side: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """As `remap` takes them: whole pixels, and the parts of one."""
    box = cv2.boxPoints(((region.x, region.y), (region.width, region.height), math.degrees(region.angle)))
    corners = np.array([[0, side], [0, 0], [side, 0], [side, side]], np.float32)
    m = cv2.invert(cv2.getPerspectiveTransform(box, corners))[1]
    x, y, step = _grid(side)
    scale = (m[2, 0] * x + m[2, 1] * y + m[2, 2]) + m[2, 0] * step
    scale = np.divide(1 << _BITS, scale, out=scale)
    u, v = (_whole((m[k, 0] * x + m[k, 1] * y + m[k, 2]) + m[k, 0] * step, scale, side) for k in (0, 1))
    pixels = np.empty((side, side, 2), np.int16)
    part = (1 << _BITS) - 1
    fractions = np.bitwise_or((v & part) << _BITS, u & part, out=np.empty((side, side), np.uint16), casting="unsafe")
    for axis, places in enumerate((u, v)):
        np.right_shift(places, _BITS, out=pixels[:, :, axis], casting="unsafe")
    return pixels, fractions


@cache
def _grid(side: int) -> tuple[Array, Array, Array]:
    """Where each strip begins, every row, and the columns of a strip: they broadcast to (side, strips, columns)."""
    rows = np.arange(side, dtype=np.float64)[:, None, None]
    return np.arange(0.0, side, _STRIP)[None, :, None], rows, np.arange(_STRIP, dtype=np.float64)[None, None]


def _whole(places: Array, scale: Array, side: int) -> NDArray[np.int32]:
    """(side, side) places times the scale, rounded half to even; `places` is used up."""
    np.multiply(places, scale, out=places)
    return np.rint(places, out=places).astype(np.int32).reshape(side, side)
