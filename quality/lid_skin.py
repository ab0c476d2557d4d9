"""What one picture shows where eyes are shut: a lid that is skin, and the line at which it meets the other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face.color import LUMA
from face.topology import EYES, Eye
from foundation.geometry import Array, Image

SMALLEST = 24.0
"""Pixels of an eye's width below which nothing is said of its lid."""
LID = np.linspace(0.35, 0.75, 5)
"""Where lines along a lid run, of the way from its crease to its edge."""
ALONG = np.linspace(0.15, 0.85, 48)
"""Where on a line is looked at, from corner to corner."""
ABOUT = np.linspace(-0.06, 0.06, 13)
"""Where the meeting line is looked for, eye widths across the lids' edges."""
BEND = 3
"""Degree of the polynomial that light along a lid follows."""
_SMOOTH = np.linalg.qr(np.vander(np.linspace(-1, 1, len(ALONG)), BEND + 1))[0]
"""(48, 4) an orthonormal basis of such polynomials: a fit is a projection."""


def look_at_lids(image: Image, points: Array) -> tuple[float, float]:
    """(stripes, slit) of both eyes on average; NaN where they are too small.

    stripes: how far luma along a lid leaves a smooth course, over the lid's luma. slit: luma of the line where lids
    meet over the lid's: under 0.8 a line of lashes, above it nothing, or the white of the eye.

    Args:
        points: (478, 2 or 3) landmarks, pixels of the RGB image.
    """
    found = [_one(image, points[:, :2], eye) for eye in EYES]
    known = [each for each in found if each is not None]
    if not known:
        return float("nan"), float("nan")
    stripes, slit = np.mean(known, axis=0)
    return float(stripes), float(slit)


def _one(image: Image, points: Array, eye: Eye) -> tuple[float, float] | None:
    left, right = points[list(eye.corners)]
    width = float(np.linalg.norm(right - left))
    if width < SMALLEST:
        return None
    edge, low, fold = (_along(points[list(row)]) for row in (eye.upper_row, eye.lower_row, _crease(eye)))
    lid = _luma(image, fold + LID[:, None, None] * (edge - fold), width)
    away = lid - lid @ _SMOOTH @ _SMOOTH.T
    light = max(float(lid.mean()), 1.0)
    down = np.array([left[1] - right[1], right[0] - left[0]]) / width
    meeting = _luma(image, (edge + low) / 2 + ABOUT[:, None, None] * width * down, width)
    return float(np.std(away)) / light, float(meeting.min(axis=0).mean()) / light


def _crease(eye: Eye) -> tuple[int, ...]:
    return (eye.corners[0], *eye.crease, eye.corners[1])


def _along(row: Array) -> Array:
    """(48, 2) on a row of 9 points."""
    at = ALONG * (len(row) - 1)
    return np.stack([np.interp(at, np.arange(len(row)), row[:, axis]) for axis in range(2)], axis=1)


def _luma(image: Image, places: Array, width: float) -> NDArray[np.float64]:
    """(r, n) at (r, n, 2) pixel positions, over a small area."""
    low = np.clip(np.floor(places.min(axis=(0, 1))).astype(int) - 4, 0, (image.shape[1] - 1, image.shape[0] - 1))
    high = np.ceil(places.max(axis=(0, 1))).astype(int) + 5
    part = image[low[1] : max(high[1], low[1] + 1), low[0] : max(high[0], low[0] + 1)].astype(np.float32) @ LUMA
    soft = cv2.GaussianBlur(part, (0, 0), max(0.5, 0.012 * width))
    field = (places - low).astype(np.float32)
    return np.asarray(cv2.remap(soft, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float64)
