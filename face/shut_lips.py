"""Lips that are shut although landmarks say that they part: blurred or painted ones, seen by a network as a dark slit.

What lies between such points is lip through and through. To take it for an opening would make a hole in the lip. And
where an open mouth's points lie once it is shut.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face import rig
from face.canonical import Frame
from face.color import LUMA
from face.observed import area
from face.palette import Palette
from face.relight import classes, ramp
from face.retargeting import part_lips, upper_face
from face.topology import INNER_LOWER, INNER_UPPER
from foundation.facetrack import Face
from foundation.geometry import Array, Image


@dataclass(frozen=True, kw_only=True)
class ShutLimits:
    """When lips count as shut although landmarks part. Pairs: up to the first they do, from the second they do not.

    Set by looks: of painted and blurred portraits; tests/unit/face/test_shut_lips.py holds made-up faces.

    Attributes:
        gap: mean gap of the inner lips, face heights, between which it may be none.
        teeth: the share of tooth between the lips, 0..1.
        dark: the share there of what is darker than `darker`, 0..1.
        light: the 95th percentile of luma there, against the lips'.
        darker: share of the lips' luma.
        seam: half of the gap that is left, face heights: a hairline.
        steps: places across the lips at which the seam is looked for, an odd number.
    """

    gap: tuple[float, float] = (0.006, 0.04)
    teeth: tuple[float, float] = (0.04, 0.07)
    dark: tuple[float, float] = (0.04, 0.08)
    light: tuple[float, float] = (1.15, 1.25)
    darker: float = 0.45
    seam: float = 0.0015
    steps: int = 33


LIMITS = ShutLimits()
EYES_STAY = 2.0
"""From half way between nose and eyes on, nothing moves with a jaw."""


def shutness(image: Image, points: Array, own: Palette) -> float:
    """0..1 how surely the mouth is shut, although its landmarks part.

    Args:
        points: (478, 2 or 3) pixels.
    """
    height = float(np.ptp(points[:, 1]))
    upper, lower = points[list(INNER_UPPER), :2], points[list(INNER_LOWER), :2]
    gap = float(np.linalg.norm(lower - upper, axis=1)[1:-1].mean()) / max(height, 1.0)
    if not LIMITS.gap[0] < gap < LIMITS.gap[1]:
        return 0.0
    inside = area(image.shape, np.concatenate([upper, lower[-2:0:-1]]))
    if inside.sum() < 8:
        return 0.0
    pixels = image[inside].astype(np.float32)
    luma, lip = pixels @ LUMA, max(float(own.lip @ LUMA), 1.0)
    signs = (
        (float(classes(pixels, own)[0].mean()), LIMITS.teeth),
        (float((luma < LIMITS.darker * lip).mean()), LIMITS.dark),
        (float(np.percentile(luma, 95)) / lip, LIMITS.light),
    )
    return min(1 - float(ramp(np.array(value), *limits)) for value, limits in signs)


def on_the_seam(image: Image, points: Array) -> Array:
    """The points, their inner lips laid along the darkest line between them."""
    height = float(np.ptp(points[:, 1]))
    upper, lower = points[list(INNER_UPPER), :2], points[list(INNER_LOWER), :2]
    across = upper[-1] - upper[0]
    normal = np.array([-across[1], across[0]]) / max(float(np.linalg.norm(across)), 1e-6)
    gaps = np.linalg.norm(lower - upper, axis=1)
    steps = np.linspace(-1, 1, LIMITS.steps) * (0.5 * float(gaps[1:-1].mean()) + 0.008 * height)
    places = (upper + lower)[1:-1, None] / 2 + steps[:, None] * normal
    dark = _luma_at(image, places, max(0.6, 0.003 * height)) + 6 * np.linspace(-1, 1, LIMITS.steps) ** 2
    found = steps[np.argmin(dark, axis=1)].astype(np.float32)[:, None]
    found = cv2.GaussianBlur(found, (1, 5), sigmaX=0.1, sigmaY=1.2)[:, :1].reshape(-1, 1)
    middle = (upper + lower)[1:-1] / 2 + found * normal
    half = np.minimum(LIMITS.seam * height, 0.5 * gaps[1:-1])[:, None] * normal
    moved, above, below = points.copy(), list(INNER_UPPER[1:-1]), list(INNER_LOWER[1:-1])
    moved[above, :2], moved[below, :2] = middle - half, middle + half
    if points.shape[1] > 2:
        moved[above, 2] = moved[below, 2] = (points[above, 2] + points[below, 2]) / 2
    return moved


def closed(face: Face) -> Array:
    """(478, 3) its points with an open mouth shut: the jaw raised, the lips on one another, a hairline between them.

    Eyes stay as they are: with jaws that drop in the basis, they widen.
    """
    frame = Frame.of(face)
    shape = frame.canonical(face.points)
    shut = rig.relaxed(shape, face.blendshapes, 0.0, True)
    shut += np.minimum(EYES_STAY * upper_face(shape), 1)[:, None] * (shape - shut)
    seam = np.zeros((1, len(INNER_UPPER), 3))
    seam[:, 1:-1, 1] = 2 * LIMITS.seam
    part_lips(shut[None], seam)
    return frame.picture(shut)


def _luma_at(image: Image, places: Array, sigma: float) -> NDArray[np.float32]:
    """(n, m) at (n, m, 2) pixel positions, taken over a small area."""
    flat = places.reshape(-1, 2)
    margin = 4 + int(4 * sigma)
    limit = np.array([image.shape[1], image.shape[0]])
    low = np.clip(np.floor(flat.min(axis=0)).astype(int) - margin, 0, limit - 1)
    high = np.clip(np.ceil(flat.max(axis=0)).astype(int) + margin, low + 1, limit)
    part = image[low[1] : high[1], low[0] : high[0]].astype(np.float32) @ LUMA
    field = (places - low).astype(np.float32)
    return np.asarray(
        cv2.remap(cv2.GaussianBlur(part, (0, 0), sigma), field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )
