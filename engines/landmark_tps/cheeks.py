"""The folds from nose to mouth, which a smile darkens."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from engines.layers.lips import around
from face.cheeks import STYLE
from face.topology import FOLDS, NOSE_TIP
from foundation.geometry import Array, Image

CELL = 0.008
"""Face heights a side of the cells on which the shade is computed."""
FAINT = 0.01
"""Shade that nobody sees."""
DENSE = 4
"""Places between two points of a fold."""


def paint(out: Image, points: Array, smile: Array, height: float) -> None:
    """Darken the folds, in place.

    Args:
        points: (>=478, 2) the mesh's, pixels.
        smile: (2,) of both sides, 0..1.
        height: of the face, pixels.
    """
    for fold, shade in zip(FOLDS, STYLE.shade * smile * _turned_to_us(points), strict=True):
        if shade < FAINT:
            continue
        line = _dense(points[list(fold)])
        box = around(line, round(3 * STYLE.shade_reach * height), out)
        if box.width < 2 or box.height < 2:
            continue
        columns, rows = (max(2, round(side / (CELL * height))) for side in (box.width, box.height))
        x = box.x0 + (np.arange(columns) + 0.5) * (box.width / columns) - 0.5
        y = box.y0 + (np.arange(rows) + 0.5) * (box.height / rows) - 0.5
        away = (x - line[:, :1])[:, None, :] ** 2 + ((y - line[:, 1:])[:, :, None]) ** 2
        fades = np.sin(np.linspace(0, np.pi, len(line) + 2))[1:-1, None, None]  # towards both ends
        depth = (fades * np.exp(away / (-2 * (STYLE.shade_reach * height) ** 2))).max(axis=0)
        left = (1 - shade * depth[:, :, None] * np.array(STYLE.shade_tint)).astype(np.float32)
        fine = cv2.resize(left, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
        out[box.slices] = cv2.multiply(out[box.slices], fine, dtype=cv2.CV_8U)


def _turned_to_us(points: Array) -> Array:
    """(2,) 1 for the sides of a face seen from the front; less for one that is turned away, 0 where it is hidden."""
    areas = []
    for way, (top, *_, end) in zip((-1, 1), FOLDS, strict=True):
        one, two = points[top] - points[NOSE_TIP], points[end] - points[NOSE_TIP]
        areas.append(way * (one[0] * two[1] - one[1] * two[0]))
    signed = np.maximum(areas, 0)
    return np.asarray(np.minimum(2 * signed / max(float(signed.sum()), 1e-6), 1))


def _dense(line: Array) -> Array:
    """(n, 2) a row of points with others between them."""
    share = np.linspace(0, 1, DENSE, endpoint=False)[:, None]
    return np.concatenate([*(a + share * (b - a) for a, b in pairwise(line)), line[-1:]])
