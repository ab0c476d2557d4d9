"""How a crop lies in its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foundation.facetrack import HeadFrame
from foundation.geometry import Array, Box, invert_affine


@dataclass(frozen=True)
class CropInfo:
    """A crop and the way back.

    Attributes:
        affine: (2, 3) from the picture's pixels to the crop's.
        box: what the crop covers in the picture.
        size: (width, height) of the crop.
        native: the crop keeps the picture's own pixels.
        inner_edges: which of its sides, left, top, right and bottom, lie inside the picture.
    """

    affine: Array
    box: Box
    size: tuple[int, int]
    native: bool
    inner_edges: tuple[bool, bool, bool, bool]

    @property
    def to_box(self) -> Array:
        """(2, 3) from the crop's pixels to those of the picture's part `box`: the affine's exact inverse."""
        back = invert_affine(self.affine)
        back[:, 2] -= (self.box.x0, self.box.y0)
        return back


def covered(affine: Array, size: tuple[int, int], picture: tuple[int, int]) -> Box:
    """The pixels of a picture, (width, height), that a crop of `size` through `affine` covers."""
    width, height = size
    corners = np.array([[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]]) - 0.5
    back = invert_affine(affine)
    reached = corners @ back[:, :2].T + back[:, 2]
    low, high = np.floor(reached.min(axis=0)).astype(int), np.ceil(reached.max(axis=0)).astype(int)
    return Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1).clipped(*picture)


def upright(head: HeadFrame, half: float, size: int) -> Array:
    """The similarity that puts the head's centre in the middle, its eye line level, `half` at the crop's edge."""
    scale = size / (2 * half)
    cos, sin = np.cos(-head.roll) * scale, np.sin(-head.roll) * scale
    linear = np.array([[cos, -sin], [sin, cos]])
    middle = np.array([(size - 1) / 2, (size - 1) / 2])
    return np.concatenate([linear, (middle - linear @ np.array(head.centre))[:, None]], axis=1)
