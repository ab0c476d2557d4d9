"""Where panels lie in a frame, and how a picture is shown in one. Pure geometry, pixels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from foundation.facetrack import HeadFrame
from foundation.geometry import Box

HEAD_HEIGHT, HEAD_WIDTH = 1.7, 1.3
"""The room that a head with its hair and chin needs, in face heights: filling a panel may not cut into it."""

LEAST_FACE = 0.3
"""A panel comes closer to a face that is smaller than this part of the panel's height."""

MOST_ENLARGED = 2.5
"""It comes no closer than so many pixels for one of the picture's."""

FACE_LINE = 0.46
"""A face's centre stands at this part of a panel's height, a little above the middle, as in portraits."""


def panels(layout: str, count: int, size: tuple[int, int]) -> list[Box]:
    """The panels of a layout, in the order of its performers.

    Args:
        layout: "full" (the first performer fills the frame) or "side_by_side" (equal columns).
        size: (width, height) of the frame.
    """
    width, height = size
    columns = 1 if layout == "full" else count
    edges = [round(width * n / columns) for n in range(columns + 1)]
    return [Box(left, 0, right, height) for left, right in pairwise(edges)]


@dataclass(frozen=True)
class View:
    """How a picture stands in a panel: its part `window` is scaled onto the panel's part `target`. Whole pixels.

    Attributes:
        fills: the picture covers the panel; else it is shown whole, with room left at two sides.
    """

    window: Box
    target: Box
    fills: bool


def view(picture: tuple[int, int], panel: tuple[int, int], head: HeadFrame) -> View:
    """Fill the panel around the head, close enough to see it sing, where the head fits in; else show the whole picture.

    Shapes are kept to within the rounding to whole pixels.

    Args:
        picture, panel: (width, height).
    """
    seen = _closer(filling(picture, panel), panel, head)
    need = min(_room(head)[0], picture[0]), min(_room(head)[1], picture[1])
    if seen.width >= need[0] and seen.height >= need[1]:
        x = _inside(head.centre[0] + 0.5 - seen.width / 2, picture[0] - seen.width)
        y = _inside(head.centre[1] + 0.5 - seen.height * FACE_LINE, picture[1] - seen.height)
        return View(Box(x, y, x + seen.width, y + seen.height), Box(0, 0, *panel), fills=True)
    scale = min(panel[0] / picture[0], panel[1] / picture[1])
    width, height = max(1, round(picture[0] * scale)), max(1, round(picture[1] * scale))
    x, y = (panel[0] - width) // 2, (panel[1] - height) // 2
    return View(Box(0, 0, *picture), Box(x, y, x + width, y + height), fills=False)


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
