"""Piecewise-affine warp of the face: for every pixel of a region, where in the portrait it comes from."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Array, Box

Field = NDArray[np.float32]
THIN = 0.3
"""Height, in cells, below which a triangle is too thin to be trusted."""
_SHIFT = 4
"""Triangles are drawn with 4 bits of sub-pixel precision."""


@cache
def curve_matrix(points: int, dense: int) -> Array:
    """(dense, points): points, a step apart, to a smooth curve through them, a natural cubic spline.

    Solved for its second derivatives m, which are 0 at both ends: m[i - 1] + 4 m[i] + m[i + 1] = 6 (y[i - 1] - 2 y[i]
    + y[i + 1]). SciPy's spline takes every worker half a second to import.
    """
    knots, inner = np.eye(points), np.eye(points - 2)
    neighbours = np.eye(points - 2, k=1) + np.eye(points - 2, k=-1)
    bend = np.pad(np.linalg.solve(4 * inner + neighbours, 6 * np.diff(knots, 2, axis=0)), ((1, 1), (0, 0)))
    at = np.linspace(0, points - 1, dense)
    left = np.minimum(at.astype(int), points - 2)
    after = (at - left)[:, None]
    before = 1 - after
    bent = (before**3 - before) * bend[left] + (after**3 - after) * bend[left + 1]
    curve: Array = before * knots[left] + after * knots[left + 1] + bent / 6
    return curve


def axes_of(row: Array) -> tuple[Array, Array, float]:
    """Unit vectors along a row of points, from its first to its last, and down from it; and its width, pixels."""
    across = row[-1] - row[0]
    width = max(float(np.linalg.norm(across)), 1e-6)
    along = across / width
    return along, np.array([-along[1], along[0]]), width


class Raster:
    """A region of the picture on a grid of `step` pixels a cell (1: the picture's own pixels).

    Cell (i, j) is centred on the pixel position box.y0 + (i + 0.5) * step - 0.5, and likewise for x.
    """

    def __init__(self, box: Box, step: float) -> None:
        self.box = box
        self.step = step
        self.shape = max(1, round(box.height / step)), max(1, round(box.width / step))
        self.cell = np.array([box.width / self.shape[1], box.height / self.shape[0]])
        self.x = (box.x0 + (np.arange(self.shape[1]) + 0.5) * self.cell[0] - 0.5).astype(np.float32)[None, :]
        self.y = (box.y0 + (np.arange(self.shape[0]) + 0.5) * self.cell[1] - 0.5).astype(np.float32)[:, None]

    def cells(self, points: Array) -> Array:
        """Pixel positions (..., 2) in cells."""
        cells: Array = (points - [self.box.x0 - 0.5, self.box.y0 - 0.5]) / self.cell - 0.5
        return cells

    def polygon(self, points: Array) -> NDArray[np.uint8]:
        """The mask, 0 or 255 with smooth edges, of a closed contour of pixel positions."""
        mask = np.zeros(self.shape, np.uint8)
        cv2.fillPoly(mask, [_fixed(self.cells(points))], 255, cv2.LINE_AA, _SHIFT)
        return mask


def _fixed(cells: Array) -> NDArray[np.int32]:
    return np.clip(np.round(cells * (1 << _SHIFT)), -(1 << 20), 1 << 20).astype(np.int32)


def draw_indices(raster: Raster, corners: Array, order: NDArray[np.intp]) -> NDArray[np.int32]:
    """Which triangle covers each cell, the last in `order` on top; -1 where there is none.

    Args:
        corners: (T, 3, 2) pixel positions.
    """
    indices = np.full(raster.shape, -1, np.int32)
    for triangle, drawn in zip(order.tolist(), _fixed(raster.cells(corners))[order], strict=True):
        cv2.fillConvexPoly(indices, drawn, triangle, cv2.LINE_8, _SHIFT)
    return indices


def affines(target: Array, source: Array, cell: float = 1.0) -> NDArray[np.float32]:
    """(6, T): what takes each target triangle (T, 3, 2) onto its source triangle, rows x then y.

    A target triangle much thinner than a cell would stretch without bound what lies beside it: it is shrunk towards its
    source's centre in proportion, down to the centre alone for a triangle without area.
    """
    a, b = target[:, 1] - target[:, 0], target[:, 2] - target[:, 0]
    determinant = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    longest = np.sqrt(np.maximum(*(side[:, 0] * side[:, 0] + side[:, 1] * side[:, 1] for side in (a, b))))
    least = np.maximum(longest * (cell * THIN), 1e-6)
    # 1 / determinant where the triangle is thick enough, determinant / least**2 below
    inverse = determinant / np.maximum(determinant * determinant, least * least)
    u, v = source[:, 1] - source[:, 0], source[:, 2] - source[:, 0]
    xx = (u * b[:, 1:] - v * a[:, 1:]) * inverse[:, None]
    yy = (v * a[:, :1] - u * b[:, :1]) * inverse[:, None]
    middle, own = ((corners[:, 0] + corners[:, 1] + corners[:, 2]) / 3 for corners in (target, source))
    origin = own - xx * middle[:, :1] - yy * middle[:, 1:]
    rows = np.stack([xx[:, 0], yy[:, 0], origin[:, 0], xx[:, 1], yy[:, 1], origin[:, 1]])
    return np.ascontiguousarray(rows, np.float32)


def apply_affines(raster: Raster, indices: NDArray[np.int32], rows: NDArray[np.float32]) -> Field:
    """(h, w, 2) source positions of the cells; those of no triangle get the last triangle's."""
    cells = indices.astype(np.intp)
    # x and y side by side, as one number of 64 bits
    pairs = np.ascontiguousarray(rows.reshape(2, 3, -1).transpose(1, 2, 0)).view(np.complex64)[:, :, 0]
    linear_x, linear_y, origin = (np.take(pair, cells, mode="wrap").view(np.float32) for pair in pairs)
    linear_x *= np.repeat(raster.x, 2, axis=1)
    linear_y *= raster.y
    linear_x += linear_y
    linear_x += origin
    return linear_x.reshape(*raster.shape, 2)
