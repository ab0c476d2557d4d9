"""Square cut-outs of a picture, which may reach over its edge, and where faces overlap."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from foundation.geometry import Array, Box, square_around
from landmarks.base import Image

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Window:
    """A square cut-out, halved until it is small enough: halving is exact in place, and fast.

    Attributes:
        x0, y0: the picture's pixel that its first one begins with; multiples of `step`.
        side: of the cut-out.
        step: how many pixels of the picture become one, along a side.
    """

    x0: int
    y0: int
    side: int
    step: int

    @staticmethod
    def over(box: Box, side: int) -> Window:
        """The window that holds the square `box` and whose cut-out has no more than `side` pixels, or one more."""
        step = 1
        while max(box.width, box.height) > side * step:
            step *= 2
        x0, y0 = box.x0 // step, box.y0 // step
        return Window(x0 * step, y0 * step, max(-(-box.x1 // step) - x0, -(-box.y1 // step) - y0, 1), step)

    def cut(self, image: Image) -> Image:
        """(side, side, 3), black where there is no picture. Where nothing has to be made it is a view of `image`: not
        to be written to."""
        height, width = image.shape[:2]
        across = self.side * self.step
        inside = Box(self.x0, self.y0, self.x0 + across, self.y0 + across).clipped(
            width // self.step * self.step, height // self.step * self.step
        )
        left, top = (inside.x0 - self.x0) // self.step, (inside.y0 - self.y0) // self.step
        part = image[inside.slices]
        while part.size and across > self.side:
            across //= 2
            half = part.shape[1] // 2, part.shape[0] // 2
            part = cv2.resize(part, half, interpolation=cv2.INTER_AREA)
        if part.shape[:2] == (self.side, self.side):
            return part
        shown = np.zeros((self.side, self.side, 3), np.uint8)
        if part.size:
            shown[top : top + part.shape[0], left : left + part.shape[1]] = part
        return shown

    def back(self, points: Array) -> Array:
        """Points of the cut-out, (N, 2), or (N, 3) with z in the same unit, in the picture's own pixels."""
        moved = points * self.step
        moved[:, :2] += np.array([self.x0, self.y0]) + (self.step - 1) / 2
        return moved


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
