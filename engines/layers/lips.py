"""Lips as curves, and what is laid between them: the strip from an upper to a lower row."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engines.layers.mesh import Raster, affines, apply_affines, curve_matrix, draw_indices
from face.topology import INNER_LIPS, strip
from foundation.geometry import Array, Box, Image

CONTOUR = list(INNER_LIPS)
ROW = 11
DENSE = 33
"""Points of a lip's curve, drawn smooth through its 11 landmarks."""


@cache
def _strip() -> NDArray[np.int32]:
    return np.array(strip(tuple(range(DENSE)), tuple(range(DENSE, 2 * DENSE))), np.int32)


def rows(contour: Array) -> tuple[Array, Array]:
    """The upper and lower lip, (DENSE, 2) each, left to right, of the (20, 2) inner contour."""
    upper = contour[:ROW]
    lower = np.concatenate([contour[:1], contour[: ROW - 2 : -1]])
    curve = curve_matrix(ROW, DENSE)
    return np.einsum("dr,rc->dc", curve, upper), np.einsum("dr,rc->dc", curve, lower)


def around(points: Array, margin: int, image: Image) -> Box:
    """The pixels around `points`, inside the image."""
    low, high = np.floor(points.min(axis=0)).astype(int) - margin, np.ceil(points.max(axis=0)).astype(int) + margin + 1
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).clipped(image.shape[1], image.shape[0])


def stretch(raster: Raster, target: Array, source: Array) -> NDArray[np.float32]:
    """The field that lays the strip between two source rows over that between two target rows, (2 * DENSE, 2) each."""
    triangles = _strip()
    indices = draw_indices(raster, target[triangles], np.arange(len(triangles)))
    return apply_affines(raster, indices, affines(target[triangles], source[triangles]))
