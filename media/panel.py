"""A picture of which one part moves, shown in a panel: the still part is scaled once, the moving part every frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import HeadFrame
from foundation.geometry import Array, Box, apply_affine, invert_affine
from foundation.layout import filling, view
from media.resample import blur_for, warp_affine

Image = NDArray[np.uint8]
BACKDROP_BLUR = 0.04  # of the panel's longer side
BACKDROP_LIGHT = 0.55


class Panel:
    """Draws one performer into one panel.

    The moving part is filtered with the same kernel, at the same sampling points, as the whole picture was: there is
    no edge where they meet.

    Args:
        picture: (H, W, 3) uint8 RGB, the whole portrait.
        box: the part of it that moves. size: (width, height) of the panel. head: where the face is.
    """

    def __init__(self, picture: Image, box: Box, size: tuple[int, int], head: HeadFrame) -> None:
        height, width = picture.shape[:2]
        seen = view((width, height), size, head)
        scale = float(np.sqrt(abs(np.linalg.det(seen.affine[:, :2]))))
        reach = int(np.ceil(4 * blur_for(scale) + 3))
        self.still = _still(picture, seen.affine, size, fills=seen.fills)
        self._target = _target(seen.affine, box, (width, height), size, scale)
        self._source = _source(seen.affine, self._target, box, reach).clipped(width, height)
        self._affine = seen.affine.copy()
        self._affine[:, 2] += seen.affine[:, :2] @ (self._source.x0, self._source.y0)
        self._affine[:, 2] -= (self._target.x0, self._target.y0)
        self._around = np.ascontiguousarray(picture[self._source.slices])
        self._inner = _overlap(box, self._source)
        self._outer = _overlap(self._source, box)

    def draw(self, patch: Image) -> Image:
        """The panel with the moving part as in `patch`, (box height, box width, 3) uint8 RGB."""
        frame = self.still.copy()
        around = self._around.copy()
        around[self._outer] = patch[self._inner]
        frame[self._target.slices] = warp_affine(around, self._affine, (self._target.width, self._target.height))
        return frame


def _overlap(part: Box, whole: Box) -> tuple[slice, slice]:
    """The pixels of `part` that lie in `whole`, as an index into `part`."""
    moved = Box(whole.x0 - part.x0, whole.y0 - part.y0, whole.x1 - part.x0, whole.y1 - part.y0)
    return moved.clipped(part.width, part.height).slices


def _target(affine: Array, box: Box, picture: tuple[int, int], size: tuple[int, int], scale: float) -> Box:
    """The panel's pixels that the moving part can change and that show the picture."""
    margin = scale * (3 * blur_for(scale) + 2) + 1
    corners = apply_affine(affine, np.array([[box.x0, box.y0], [box.x1 - 1, box.y1 - 1]], np.float64))
    low, high = np.floor(corners[0] - margin).astype(int), np.ceil(corners[1] + margin).astype(int) + 1
    edges = apply_affine(affine, np.array([[-0.5, -0.5], [picture[0] - 0.5, picture[1] - 0.5]]))
    first, last = np.ceil(edges[0] - 1e-6).astype(int), np.floor(edges[1] + 1e-6).astype(int) + 1
    low, high = np.maximum(low, first), np.minimum(high, last)
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).clipped(*size)


def _source(affine: Array, target: Box, box: Box, reach: int) -> Box:
    """The picture's pixels that `target` is made of."""
    back = invert_affine(affine)
    corners = apply_affine(back, np.array([[target.x0, target.y0], [target.x1 - 1, target.y1 - 1]], np.float64))
    low, high = np.floor(corners[0]).astype(int) - reach, np.ceil(corners[1]).astype(int) + reach + 1
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _still(picture: Image, affine: Array, size: tuple[int, int], *, fills: bool) -> Image:
    """The whole panel without motion; room beside the picture is filled with a dark, blurred copy of it."""
    if fills:
        return warp_affine(picture, affine, size)
    backdrop = warp_affine(picture, filling((picture.shape[1], picture.shape[0]), size), size)
    backdrop = np.asarray(cv2.GaussianBlur(backdrop, (0, 0), BACKDROP_BLUR * max(size)), np.uint8)
    canvas = np.asarray(np.rint(backdrop * BACKDROP_LIGHT), np.uint8)
    edges = apply_affine(affine, np.array([[-0.5, -0.5], [picture.shape[1] - 0.5, picture.shape[0] - 0.5]]))
    first, last = np.ceil(edges[0] - 1e-6).astype(int), np.floor(edges[1] + 1e-6).astype(int) + 1
    shown = Box(int(first[0]), int(first[1]), int(last[0]), int(last[1])).clipped(*size)
    canvas[shown.slices] = warp_affine(picture, affine, size)[shown.slices]
    return canvas
