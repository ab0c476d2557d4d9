"""What one picture of a face says of the light that its mouth stands in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
    """One picture of the face. What is asked of it is found out then; see Palette for what most of it is.

    Attributes:
        image, points: as they are given.
        height: of the face, pixels.
        part, own: the face's pixels, and its points in them.
        light: luma of the part.
        ring, oval: where in it skin around the lips is, and the face.
    """

    image: Image
    points: Array
    height: float
    part: Pixels
    own: Array
    light: Pixels
    ring: NDArray[np.bool_]
    oval: NDArray[np.bool_]

    @cached_property
    def skin(self) -> Array:
        """(3,)"""
        cheeks = skin_tone(self.image, self.points)
        lit = _between(self.part[self.ring], self.light[self.ring], LIMITS.lit)
        return np.asarray(lit * max(1.0, 0.92 * float(cheeks @ LUMA) / max(float(lit @ LUMA), 1.0)))

    @cached_property
    def lip(self) -> Array:
        """(3,)"""
        return lip_tone(self.image, self.points)

    @cached_property
    def black(self) -> float:
        return float(np.percentile(self.light[self.oval], 1.5))

    @cached_property
    def grain(self) -> float:
        fine = self.light - cv2.GaussianBlur(self.light, (0, 0), 1.2)
        return 1.48 * float(np.median(np.abs(fine[self.ring])))

    @cached_property
    def slope(self) -> float:
        return _slope(self.light, self.ring, self.own)

    @cached_property
    def width(self) -> float:
        left, right = self.own[list(MOUTH_CORNERS)]
        return float(np.linalg.norm(left - right))

    @cached_property
    def detail(self) -> float:
        return self.width / _edge(self.light, self.own[list(OUTER_LIPS)], 0.06 * self.width)

    @cached_property
    def sclera(self) -> list[Array]:
        """(3,) of the white of each eye that shows some."""
        return _sclera(self.part, self.light, self.own)

    @cached_property
    def inside(self) -> tuple[Pixels, Pixels] | None:
        """Pixels (n, 3) between open lips and their relief (n,)."""
        return _inside(self.part, self.light, self.own, self.height)


def area(size: tuple[int, ...], contour: Array, grow: int = 0) -> NDArray[np.bool_]:
    """(h, w) what a closed contour holds, grown by so many pixels, or shrunk."""
    mask, corners = np.zeros(size[:2], np.uint8), np.round(contour).astype(np.int32)
    cv2.fillPoly(mask, [corners], 1)
    low, high = corners.min(axis=0) - abs(grow), corners.max(axis=0) + abs(grow) + 1
    near = mask[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)]
    if grow and near.size:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grow) + 1,) * 2)
        near[:] = cv2.dilate(near, disc) if grow > 0 else cv2.erode(near, disc)
    return mask.view(bool)


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
    return Seen(image, points, height, part, own, part @ LUMA, ring, oval)


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
