"""What one picture of a face says of the light that its mouth stands in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.color import LUMA, Pixels, lip_tone, skin_tone
from face.topology import EYES, INNER_LIPS, INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, OUTER_LIPS, OVAL
from foundation.geometry import Array, Image


@dataclass(frozen=True, kw_only=True)
class LookLimits:
    """Where a face is looked at, and from where what is seen there is believed. Lengths are in face heights.

    Set by looks: of frames at full size.

    Attributes:
        near: from the lips, from where skin is looked at: nearer, it is in their shade.
        far: up to where.
        lit: percentiles of luma between which skin is neither in shadow nor shining.
        open: gap of the lips' middles from which there is an inside to look at.
        contrast: levels between light and dark across a mouth from which its edges say how sharp they are.
        steepest: bound on how much lighter than its middle one end of a mouth is taken to be, 0..1.
    """

    near: float = 0.02
    far: float = 0.075
    lit: tuple[int, int] = (45, 85)
    open: float = 0.022
    contrast: float = 20.0
    steepest: float = 0.5


LIMITS = LookLimits()


@dataclass(frozen=True)
class Seen:
    """One picture of the face. `inside`: pixels (n, 3) between open lips and their relief (n,)."""

    skin: Array
    lip: Array
    black: float
    grain: float
    slope: float
    width: float
    detail: float
    sclera: list[Array]
    inside: tuple[Pixels, Pixels] | None


def area(size: tuple[int, ...], contour: Array, grow: int = 0) -> NDArray[np.bool_]:
    """(h, w) what a closed contour holds, grown by so many pixels, or shrunk."""
    mask = np.zeros(size[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(contour).astype(np.int32)], 1)
    if grow:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grow) + 1,) * 2)
        mask = np.asarray(cv2.dilate(mask, disc) if grow > 0 else cv2.erode(mask, disc), np.uint8)
    return mask > 0


def observed(image: Image, points: Array) -> Seen | None:
    """None where the face is too small, or outside the picture."""
    height = float(np.ptp(points[:, 1]))
    low = np.maximum(np.floor(points[:, :2].min(axis=0) - 0.05 * height).astype(int), 0)
    high = np.ceil(points[:, :2].max(axis=0) + 0.05 * height).astype(int)
    part = image[low[1] : max(high[1], low[1]), low[0] : max(high[0], low[0])].astype(np.float32)
    if min(part.shape[:2]) < 16:
        return None
    own = points[:, :2] - low
    lips = own[list(OUTER_LIPS)]
    near, far = max(1, round(LIMITS.near * height)), max(2, round(LIMITS.far * height))
    ring = area(part.shape, lips, far) & ~area(part.shape, lips, near)
    oval = area(part.shape, own[list(OVAL)])
    ring &= oval  # a face that is turned ends beside its mouth
    if ring.sum() < 10 or not oval.any():
        return None
    light = part @ LUMA
    cheeks, lit = skin_tone(image, points), _between(part[ring], light[ring], LIMITS.lit)
    fine = light - cv2.GaussianBlur(light, (0, 0), 1.2)
    width = float(np.linalg.norm(own[MOUTH_CORNERS[0]] - own[MOUTH_CORNERS[1]]))
    return Seen(
        skin=lit * max(1.0, 0.92 * float(cheeks @ LUMA) / max(float(lit @ LUMA), 1.0)),
        lip=lip_tone(image, points),
        black=float(np.percentile(light[oval], 1.5)),
        grain=1.48 * float(np.median(np.abs(fine[ring]))),
        slope=_slope(light, ring, own),
        width=width,
        detail=width / _edge(light, lips, 0.06 * width),
        sclera=_sclera(part, light, own),
        inside=_inside(part, light, own, height),
    )


def _between(pixels: Pixels, light: Pixels, percentiles: tuple[int, int]) -> Array:
    """(3,) the mean of those whose luma lies between two percentiles."""
    low, high = np.percentile(light, percentiles)
    return np.asarray(pixels[(light >= low) & (light <= high)].mean(axis=0), np.float64)


def _slope(light: Pixels, ring: NDArray[np.bool_], points: Array) -> float:
    """How much lighter skin is at the mouth's right end than at its middle, from the lit skin on both sides."""
    left, right = points[list(MOUTH_CORNERS)]
    across = (right - left) / max(float((right - left) @ (right - left)) / 2, 1e-6)
    rows, columns = np.nonzero(ring)
    along = (columns - (left[0] + right[0]) / 2) * across[0] + (rows - (left[1] + right[1]) / 2) * across[1]
    sides = [light[rows[part], columns[part]] for part in (along < -0.5, along > 0.5)]
    if min(len(side) for side in sides) < 10:
        return 0.0
    dim, bright = (float(np.median(side)) for side in sides)
    return float(np.clip((bright - dim) / max(bright + dim, 1.0), -LIMITS.steepest, LIMITS.steepest))


def _edge(light: Pixels, lips: Array, margin: float) -> float:
    """How wide the sharpest edge across a mouth is, pixels, at the median of its columns: range over steepest slope."""
    low, high = np.floor(lips.min(axis=0) - margin).astype(int), np.ceil(lips.max(axis=0) + margin).astype(int)
    part = light[max(low[1], 0) : max(high[1], 2), max(low[0], 0) : max(high[0], 1)]
    if min(part.shape) < 2:
        return 1.0
    ranges, steepest = np.ptp(part, axis=0), np.abs(np.diff(part, axis=0)).max(axis=0)
    told = ranges > LIMITS.contrast
    return float(np.median(ranges[told] / np.maximum(steepest[told], 1.0))) if told.any() else 1.0


def _sclera(part: Pixels, light: Pixels, points: Array) -> list[Array]:
    """The white of each eye that shows some."""
    found = []
    for eye in EYES:
        centre, rim = points[eye.iris[0]], points[list(eye.iris[1:])]
        radius = float(np.linalg.norm(rim - centre, axis=1).mean())
        opening = area(part.shape, points[[*eye.upper_row, *eye.lower_row[-2:0:-1]]])
        rows, columns = np.nonzero(opening)
        beside = np.hypot(columns - centre[0], rows - centre[1]) > 1.15 * radius
        if beside.sum() > 12:
            rows, columns = rows[beside], columns[beside]
            found.append(_between(part[rows, columns], light[rows, columns], (70, 97)))
    return found


def _inside(part: Pixels, light: Pixels, points: Array, height: float) -> tuple[Pixels, Pixels] | None:
    gap = float(np.linalg.norm(points[INNER_UPPER[5]] - points[INNER_LOWER[5]]))
    if gap < LIMITS.open * height:
        return None
    inside = area(part.shape, points[list(INNER_LIPS)], -max(1, round(0.004 * height)))
    if inside.sum() <= 20:
        return None
    relief = light / np.maximum(cv2.GaussianBlur(light, (0, 0), 0.03 * height), 4) - 1
    return part[inside], relief[inside]
