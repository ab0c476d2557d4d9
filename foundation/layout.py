"""Where panels lie in a frame, and how a picture is shown in one. Pure geometry, pixels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from foundation.facetrack import HeadFrame
from foundation.geometry import Array, Box

HEAD_HEIGHT, HEAD_WIDTH = 1.7, 1.3
"""The room that a head with its hair and chin needs, in face heights: filling a panel may not cut into it."""

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
    """How a picture stands in a panel: the (2, 3) affine from the picture's pixels to the panel's.

    Attributes:
        fills: the picture covers the panel; else it is shown whole, with room left at two sides.
    """

    affine: Array
    fills: bool


def view(picture: tuple[int, int], panel: tuple[int, int], head: HeadFrame) -> View:
    """Fill the panel around the head where the head fits in, else show the whole picture. Never distorts.

    Args:
        picture, panel: (width, height).
    """
    cover = max(panel[0] / picture[0], panel[1] / picture[1])
    seen = (panel[0] / cover, panel[1] / cover)
    fills = seen[0] >= min(HEAD_WIDTH * head.height, picture[0]) and seen[1] >= min(
        HEAD_HEIGHT * head.height, picture[1]
    )
    if fills:
        return View(_placed(cover, _window(picture, seen, head)), True)
    scale = min(panel[0] / picture[0], panel[1] / picture[1])
    corner = ((picture[0] - panel[0] / scale) / 2, (picture[1] - panel[1] / scale) / 2)
    return View(_placed(scale, corner), False)


def filling(picture: tuple[int, int], panel: tuple[int, int]) -> Array:
    """The affine that fills the panel with the middle of the picture."""
    scale = max(panel[0] / picture[0], panel[1] / picture[1])
    return _placed(scale, ((picture[0] - panel[0] / scale) / 2, (picture[1] - panel[1] / scale) / 2))


def _window(picture: tuple[int, int], seen: tuple[float, float], head: HeadFrame) -> tuple[float, float]:
    """The top left corner of the part that is seen, inside the picture."""
    wanted = (head.centre[0] + 0.5 - seen[0] / 2, head.centre[1] + 0.5 - seen[1] * FACE_LINE)
    x, y = (min(max(w, 0.0), side - part) for w, side, part in zip(wanted, picture, seen, strict=True))
    return x, y


def _placed(scale: float, corner: tuple[float, float]) -> Array:
    """Scales so that the picture's point `corner` (pixel edges at whole numbers) meets the panel's corner."""
    shift = (scale - 1) / 2
    return np.array([[scale, 0.0, shift - scale * corner[0]], [0.0, scale, shift - scale * corner[1]]])
