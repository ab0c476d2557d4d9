"""What one picture shows between the lips: how light, how white and how much tooth; a second lip; a hole."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from face import palette
from face.canonical import face_height
from face.color import LUMA, Pixels, redness
from face.observed import area
from face.palette import Tones
from face.topology import INNER_LIPS, INNER_LOWER, INNER_UPPER, OUTER_LIPS
from foundation.geometry import Array, Image

LEAST = 24
"""Pixels between the lips below which nothing is said of them."""
SIDE = 200.0
"""Height of a face, pixels, to which larger ones are shrunk before they are looked at."""
OPEN = 0.03
"""Gap of the inner lips, face heights, from which there is an inside; below it, only a hole is looked for."""
TOOTH_LIGHT, TOOTH_RED = 0.5, 0.5
"""What is tooth: luma over the skin's, at least; and redness, on the way from white to lip, at most."""
DIM_TOOTH, FEW = 0.3, 0.03
"""Luma over the skin's from which what is no redder may be a tooth that is too dark; and the share of such from which
something is said of them."""
LIGHT, LIGHTER = 75, 40
"""Percentiles of their luma: how light teeth are, and above which their colour is taken."""
LIP_LIGHT, DARK_LIGHT = 0.6, 0.45
"""Luma over the lips' from which what is red is lip, and below which it is dark."""
BAND = 0.012
"""Height, face heights, of a band of lip that counts as a second one."""
HOLE_LIGHT = 0.35
"""Luma over the lips' below which shut lips have a hole."""
_ROWS = np.linspace(0.02, 1.0, 50)


class Inside(NamedTuple):
    """NaN where a figure does not apply.

    Attributes:
        tone: luma of teeth over the skin's.
        hue: their distance from white, of colours of luma 1, times 100.
        teeth: share of tooth.
        doubled: share of the columns in which a band of lip lies above the dark.
        hole: share of lips that hardly part, or are shut, that is as dark as an open mouth.
        detail: of an open mouth, how many of its edges find room in its width; see face.palette.
    """

    tone: float
    hue: float
    teeth: float
    doubled: float
    hole: float
    detail: float


NOTHING = Inside(*[float("nan")] * 6)


def look_inside(image: Image, points: Array) -> Inside:
    """Args: points: (478, 3) landmarks, pixels of the RGB image."""
    height = face_height(points)
    gap = float(np.linalg.norm(points[INNER_UPPER[5]] - points[INNER_LOWER[5]])) / height
    low, high = np.floor(points[:, :2].min(axis=0)).astype(int) - 4, np.ceil(points[:, :2].max(axis=0)).astype(int) + 5
    low = np.clip(low, 0, (image.shape[1] - 1, image.shape[0] - 1))
    part = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    scale = min(1.0, SIDE / height)
    if scale < 1:
        size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    own = (points[:, :2] - low + 0.5) * scale - 0.5
    seen = palette.tones(part, own)
    return _open(part, own, seen, scale * height) if gap > OPEN else NOTHING._replace(hole=_hole(part, own, seen))


def _hole(part: Image, points: Array, seen: Tones) -> float:
    lips = area(part.shape, points[list(OUTER_LIPS)])
    if lips.sum() < LEAST:
        return float("nan")
    return float((part[lips] @ LUMA < HOLE_LIGHT * float(seen.lip @ LUMA)).mean())


def _open(part: Image, points: Array, seen: Tones, height: float) -> Inside:
    inside = area(part.shape, points[list(INNER_LIPS)], -max(1, round(0.004 * height)))
    if inside.sum() < LEAST:
        return NOTHING
    pixels = part[inside].astype(np.float32)
    light, red = pixels @ LUMA, redness(pixels)
    red_white = float(redness(seen.white))
    tooth = (light > DIM_TOOTH * seen.skin) & (red < red_white + TOOTH_RED * (seen.red_lip - red_white))
    tone, hue = _tone_and_hue(pixels[tooth], seen) if tooth.mean() > FEW else (float("nan"), float("nan"))
    return Inside(
        tone=tone,
        hue=hue,
        teeth=float((tooth & (light > TOOTH_LIGHT * seen.skin)).mean()),
        doubled=_doubled(part, points, seen, height),
        hole=float("nan"),
        detail=seen.detail,
    )


def _tone_and_hue(teeth: Pixels, seen: Tones) -> tuple[float, float]:
    light = teeth @ LUMA
    lightest = teeth[light >= np.percentile(light, LIGHTER)].mean(axis=0)
    white = seen.white / max(float(seen.white @ LUMA), 1e-6)
    away = lightest / max(float(lightest @ LUMA), 1e-6) - white
    return float(np.percentile(light, LIGHT)) / seen.skin, 100 * float(np.linalg.norm(away))


def _doubled(part: Image, points: Array, seen: Tones, height: float) -> float:
    """The share of columns, of the middle ones, in which lip comes before the dark on the way down."""
    upper, lower = points[list(INNER_UPPER[2:-2])], points[list(INNER_LOWER[2:-2])]
    ways = upper[:, None] + _ROWS[:, None] * (lower - upper)[:, None]
    soft = cv2.GaussianBlur(part, (0, 0), max(0.6, 0.003 * height))
    taken = cv2.remap(soft, ways.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    pixels = taken.astype(np.float32)
    light, red, lip = pixels @ LUMA, redness(pixels), float(seen.lip @ LUMA)
    middle = 0.5 * (seen.red_skin + seen.red_lip)
    is_lip, is_dark = (red > middle) & (light > LIP_LIGHT * lip), light < DARK_LIGHT * lip
    tall = np.linalg.norm(lower - upper, axis=1) / height / len(_ROWS)
    return float(np.mean([_band_above_dark(*column) for column in zip(is_lip, is_dark, tall, strict=True)]))


def _band_above_dark(is_lip: NDArray[np.bool_], is_dark: NDArray[np.bool_], tall: float) -> bool:
    darks = np.flatnonzero(is_dark)
    # what is red below the first dark is a tongue
    return len(darks) > 0 and bool(is_lip[: int(darks[0])].sum() * tall > BAND)
