"""Where panels lie in a frame, and how a picture is shown in one. Pure geometry, pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from foundation.box import Box

if TYPE_CHECKING:
    from foundation.facetrack import HeadFrame

HEAD_HEIGHT, HEAD_WIDTH = 1.7, 1.3
"""The room that a head with its hair and chin needs, in face heights: filling a panel may not cut into it."""

LEAST_FACE = 0.3
"""A panel comes closer to a face that is smaller than this part of the panel's height."""

MOST_ENLARGED = 2.5
"""It comes no closer than so many pixels for one of the picture's."""

FACE_LINE = 0.46
"""A face's centre stands at this part of a panel's height, a little above the middle, as in portraits."""


SMALLEST = 8
"""No panel has a side of fewer pixels."""

ONE_PANEL = "full"


@dataclass(frozen=True)
class Inset:
    """The small panels of picture_in_picture: their side and distance from the edges, of the frame's shorter side."""

    corner: str = "bottom_right"
    size: float = 0.36
    distance: float = 0.04


def panels(
    layout: str, count: int, size: tuple[int, int], *, gutter: int = 0, margin: int = 0, inset: Inset | None = None
) -> list[Box]:
    """The panels of a layout, in the order of its performers; later ones lie on top. Whole pixels, inside the frame.

    Args:
        layout: "full" (one performer fills the frame), "side_by_side" (equal columns), "stacked" (equal rows), "grid"
            (equal cells, the last row centred) or "picture_in_picture" (the first fills the frame, the others stand in
            square insets along one side).
        size: (width, height) of the frame.
        gutter, margin: pixels between the panels, and around them all.
    Raises: ValueError if the panels would be smaller than SMALLEST pixels.
    """
    width, height = size
    if layout == "picture_in_picture":
        found = [_cell((0, 0), (1, 1), size, 0, margin), *_insets(count - 1, size, inset or Inset())]
    else:
        columns = _columns(layout, count, size)
        rows = -(-count // columns)
        found = []
        for n in range(count):
            row, column = divmod(n, columns)
            missing = columns * rows - count if row == rows - 1 else 0
            box = _cell((column, row), (columns, rows), size, gutter, margin)
            found.append(box.moved(round(missing * (width - 2 * margin + gutter) / columns / 2), 0))
    if any(box.width < SMALLEST or box.height < SMALLEST or box.clipped(width, height) != box for box in found):
        raise ValueError(f"{count} panels do not fit into {width}x{height} pixels")
    return found


def _columns(layout: str, count: int, size: tuple[int, int]) -> int:
    if layout == "grid":
        return min(range(1, count + 1), key=lambda columns: _misfit(columns, count, size))
    return {ONE_PANEL: 1, "side_by_side": count, "stacked": 1}[layout]


def _misfit(columns: int, count: int, size: tuple[int, int]) -> float:
    """How far a grid's cells are from squares, and how many of them stay empty."""
    rows = -(-count // columns)
    return abs(math.log((size[0] / columns) / (size[1] / rows))) + (columns * rows - count) / count


def _cell(at: tuple[int, int], counts: tuple[int, int], size: tuple[int, int], gutter: int, margin: int) -> Box:
    """The cell in column and row `at` of a regular division of the frame."""
    edges = []
    for place, count, side in zip(at, counts, size, strict=True):
        step = Fraction(side - 2 * margin + gutter, count)
        edges.append((round(margin + place * step), round(margin + (place + 1) * step - gutter)))
    (x0, x1), (y0, y1) = edges
    return Box(x0, y0, x1, y1)


def _insets(count: int, size: tuple[int, int], inset: Inset) -> list[Box]:
    """Squares from a corner on, along the frame's longer side; smaller ones where they would not fit."""
    width, height = size
    far = round(inset.distance * min(size))
    side = min(round(inset.size * min(size)), (max(size) - far) // max(count, 1) - far)
    vertical, horizontal = inset.corner.split("_")
    found = []
    for n in range(count):
        along, across = far + n * (side + far), far
        x, y = (along, across) if width >= height else (across, along)
        x0 = x if horizontal == "left" else width - x - side
        y0 = y if vertical == "top" else height - y - side
        found.append(Box(x0, y0, x0 + side, y0 + side))
    return found


@dataclass(frozen=True)
class View:
    """How a picture stands in a panel: its part `window` is scaled onto the panel's part `target`. Whole pixels.

    Attributes:
        fills: the picture covers the panel; else it is shown whole, with room left at two sides.
    """

    window: Box
    target: Box
    fills: bool


Fit = Literal["auto", "fill", "fit"]


@dataclass(frozen=True)
class Covered:
    """How many pixels text takes at the top and at the bottom."""

    top: int = 0
    bottom: int = 0

    def inside(self, panel: Box, height: int) -> Covered:
        """Of a panel, what is covered of a frame of that height."""
        return Covered(max(0, self.top - panel.y0), max(0, panel.y1 - (height - self.bottom)))


def view(
    picture: tuple[int, int], panel: tuple[int, int], head: HeadFrame, fit: Fit = "auto", covered: Covered | None = None
) -> View:
    """Fill the panel around the head, close enough to see it sing, where the head fits in; else show the whole picture.

    Shapes are kept to within the rounding to whole pixels.

    Args:
        picture, panel: (width, height).
        fit: "fill" fills the panel whatever it cuts off, "fit" always shows the whole picture.
        covered: by text, which the face is kept off where the picture goes on far enough.
    """
    seen = _closer(filling(picture, panel), panel, head)
    need = min(_room(head)[0], picture[0]), min(_room(head)[1], picture[1])
    roomy = seen.width >= need[0] and seen.height >= need[1]
    if fit == "fill" or (fit == "auto" and roomy):
        x = _inside(head.centre[0] + 0.5 - seen.width / 2, picture[0] - seen.width)
        top = head.centre[1] - head.spread[1] / 2  # of several heads, the uppermost one's middle
        line = top + 0.5 - (seen.height - head.spread[1]) * FACE_LINE
        if covered is not None:
            line = _free(line, head, seen.height, seen.height / panel[1], covered)
        y = _inside(line, picture[1] - seen.height)
        return View(Box(x, y, x + seen.width, y + seen.height), Box(0, 0, *panel), fills=True)
    scale = min(panel[0] / picture[0], panel[1] / picture[1])
    width, height = max(1, round(picture[0] * scale)), max(1, round(picture[1] * scale))
    x, y = (panel[0] - width) // 2, (panel[1] - height) // 2
    return View(Box(0, 0, *picture), Box(x, y, x + width, y + height), fills=False)


def _free(line: float, head: HeadFrame, height: int, scale: float, covered: Covered) -> float:
    """Where the window begins so that text lies on no face, if that cuts into no head.

    Args:
        line: where it would begin.
        height: of the window.
        scale: pixels of the picture for one of the panel.
    """
    first, last = (head.centre[1] + 0.5 + side * head.spread[1] / 2 for side in (-1, 1))
    low = last + head.height / 2 - height + scale * covered.bottom  # from here on, no chin is covered
    high = first - head.height / 2 - scale * covered.top  # up to here, no forehead is
    hair = HEAD_HEIGHT * head.height / 2
    line = max(min(line, high), min(line, last + hair - height))
    return min(max(line, low), max(line, first - hair))


def _room(head: HeadFrame) -> tuple[float, float]:
    """Width and height that may not be cut into; several heads stand freer than one, for each may have much hair."""
    share = 1.25 if any(head.spread) else 1.0
    width, height = HEAD_WIDTH * share * head.height, HEAD_HEIGHT * head.height
    return width + head.spread[0], height + head.spread[1]


def _closer(seen: Box, panel: tuple[int, int], head: HeadFrame) -> Box:
    """A smaller part of the same shape, where the face would be lost in the panel otherwise."""
    part = max(head.height / (LEAST_FACE * seen.height), panel[1] / (MOST_ENLARGED * seen.height))
    if any(head.spread):
        room = _room(head)
        part = max(part, room[0] / seen.width, room[1] / seen.height)
    if part >= 1:
        return seen
    return Box(0, 0, max(1, round(seen.width * part)), max(1, round(seen.height * part)))


def filling(picture: tuple[int, int], panel: tuple[int, int]) -> Box:
    """The largest part of the picture, in its middle, that has the panel's shape."""
    scale = max(panel[0] / picture[0], panel[1] / picture[1])
    width = min(picture[0], max(1, round(panel[0] / scale)))
    height = min(picture[1], max(1, round(panel[1] / scale)))
    x, y = (picture[0] - width) // 2, (picture[1] - height) // 2
    return Box(x, y, x + width, y + height)


def _inside(wanted: float, most: int) -> int:
    return min(max(round(wanted), 0), most)
