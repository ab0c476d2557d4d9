"""Square cut-outs of a picture, which may reach over its edge, and where faces overlap."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array, Box, square_around
from landmarks.base import Image

Bounds = tuple[float, float, float, float]


def cut(image: Image, box: Box, side: int) -> Image:
    """The part of `image` inside the square `box`, black where there is no picture, scaled down to `side` at most.

    A view of `image` where nothing has to be made: not to be written to.
    """
    height, width = image.shape[:2]
    inside = box.clipped(width, height)
    part = image[inside.slices]
    scale = side / max(box.width, box.height)
    if scale < 1 and part.size:
        size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    if inside == box:
        return part
    scale = min(scale, 1.0)
    rows, columns = max(1, round(box.height * scale)), max(1, round(box.width * scale))
    top = min(round((inside.y0 - box.y0) * scale), rows)
    left = min(round((inside.x0 - box.x0) * scale), columns)
    canvas = np.zeros((rows, columns, 3), np.uint8)
    part = part[: rows - top, : columns - left]
    canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
    return canvas


def moved_back(face: Face, box: Box, shown: Image) -> Face:
    """A face found in `shown`, the cut-out of `box`, in the picture's own pixels."""
    scale = np.array([box.width / shown.shape[1], box.height / shown.shape[0], box.width / shown.shape[1]])
    return replace(face, points=face.points * scale + np.array([box.x0, box.y0, 0.0]))


def around(bounds: Bounds, reach: float) -> Box:
    """The square about the middle of `bounds`, `reach` times its longer side to each side."""
    x0, y0, x1, y1 = bounds
    return square_around(((x0 + x1) / 2, (y0 + y1) / 2), max(x1 - x0, y1 - y0, 8.0) * reach)


def centre(bounds: Bounds) -> Array:
    """The middle, (2,)."""
    return np.array([(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2])


def side(bounds: Bounds) -> float:
    """The longer side."""
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def overlap(a: Bounds, b: Bounds) -> float:
    """Shared area over the smaller one's area, 0..1: 1 where one lies inside the other."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return width * height / max(smaller, 1e-9)


def tiles(width: int, height: int, smallest: int) -> list[Box]:
    """Squares that cover the picture at several scales: each half as large as the one before, half overlapping.

    The first, larger than the picture, shows a face that fills it as one of middling size.
    """
    longest = max(width, height)
    boxes = [square_around((width / 2, height / 2), longest * 0.9)]
    edge = longest // 2
    while edge >= smallest:
        for y0 in _starts(height, edge):
            boxes += [Box(x0, y0, x0 + edge, y0 + edge) for x0 in _starts(width, edge)]
        edge //= 2
    return boxes


def _starts(length: int, edge: int) -> list[int]:
    """Where squares of side `edge` begin so that neighbours share half, the last one ending at `length`."""
    if length <= edge:
        return [0]
    count = int(np.ceil((length - edge) / (edge / 2))) + 1
    return [round(at) for at in np.linspace(0, length - edge, count)]
