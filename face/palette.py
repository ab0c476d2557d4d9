"""The light that a mouth stands in: what a face's picture says of skin, lips, teeth, dark, white point and grain."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.color import LUMA, lip_tone, skin_tone
from face.topology import EYES, INNER_LIPS, INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, OUTER_LIPS, OVAL
from foundation.geometry import Array, Image

Pixels = NDArray[np.float32]

SKIN_REFLECTANCE = np.array([1.0, 0.82, 0.72])
"""What light becomes on skin, in a picture with full colours: the rest of a skin's colour is the light's."""
NEAR, FAR = 0.02, 0.075
"""Face heights from the lips between which skin is looked at."""
LIT = 45, 85
"""Percentiles of luma between which skin is neither in shadow nor shining."""
COLOURED = 0.5
"""Saturation of skin in a picture with full colours."""
WHITE_SPREAD, WHITE_RED = 0.55, 0.38
"""White is at most so far from grey, and at least so red, as shares of skin's."""
OPEN = 0.022
"""Gap of the lips' middles, face heights, from which there is an inside to look at."""
MANY = 0.08
"""Share of the inside that must look like tooth before it is taken for teeth."""
STEEPEST = 0.5
"""Bound on how much lighter than its middle one end of a mouth is taken to be."""


@dataclass(frozen=True)
class Palette:
    """What is seen of a face around its mouth. Luma and colours in levels, 0..255.

    Attributes:
        skin: luma of lit skin around the lips. tone: (3,) its colour, of luma 1.
        white: (3,) what a white thing would look like there. lip: (3,).
        black: luma of the face's darkest. dark: luma of the mouth's.
        tooth: luma of light teeth; NaN where none are seen.
        red_skin, red_lip, red_tooth: see `redness`.
        chroma: 0 in a picture without colours, 1 in one with full ones.
        grain: standard deviation of what changes from pixel to pixel, levels.
        relief: spread of luma over the teeth, against its local mean: low where a beauty filter was at work.
        slope: how much lighter than at its middle it is at the mouth's right end, as a share.
        width: of the mouth, pixels.
    """

    skin: float
    black: float
    dark: float
    tooth: float
    red_skin: float
    red_lip: float
    red_tooth: float
    chroma: float
    grain: float
    relief: float
    slope: float
    width: float
    tone: Array
    white: Array
    lip: Array

    @property
    def shows_teeth(self) -> bool:
        return bool(np.isfinite(self.tooth))

    def packed(self) -> Array:
        """(21,) all of it, in order."""
        return np.concatenate([np.atleast_1d(np.asarray(value, np.float64)) for value in vars(self).values()])

    @staticmethod
    def unpacked(values: Array) -> Palette:
        """What `packed` made."""
        scalars, colours = np.split(np.asarray(values, np.float64), [-9])
        fields = [*scalars.tolist(), *colours.reshape(3, 3)]
        return Palette(**dict(zip((one.name for one in dataclasses.fields(Palette)), fields, strict=True)))


@dataclass(frozen=True)
class _Seen:
    """One picture of the face. `inside`: pixels (n, 3) between open lips and their relief (n,)."""

    skin: Array
    lip: Array
    black: float
    grain: float
    slope: float
    width: float
    sclera: list[Array]
    inside: tuple[Pixels, Pixels] | None


def redness(pixels: Pixels | Array) -> Array:
    """(...) of (..., 3): (R - G) / (R + G + B), which light and shade change little."""
    total = np.maximum(pixels.sum(axis=-1), 24.0)
    return np.asarray((pixels[..., 0] - pixels[..., 1]) / total)


def area(size: tuple[int, ...], contour: Array, grow: int = 0) -> NDArray[np.bool_]:
    """(h, w) what a closed contour holds, grown by so many pixels, or shrunk."""
    mask = np.zeros(size[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(contour).astype(np.int32)], 1)
    if grow:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grow) + 1,) * 2)
        mask = np.asarray(cv2.dilate(mask, disc) if grow > 0 else cv2.erode(mask, disc), np.uint8)
    return mask > 0


def look(pictures: Iterable[tuple[Image, Array]]) -> Palette:
    """The palette of one face.

    Args:
        pictures: of it, RGB, each with its (478, 2 or 3) points, pixels.
    """
    seen = [found for image, points in pictures if (found := _observed(image, points)) is not None]
    if not seen:
        return UNSEEN
    skin, lip = (np.median([getattr(one, name) for one in seen], axis=0) for name in ("skin", "lip"))
    skin = np.maximum(skin, 1.0)
    luma = float(skin @ LUMA)
    chroma = float(np.clip(np.ptp(skin) / skin.mean() / COLOURED, 0, 1))
    black = float(np.median([one.black for one in seen]))
    red_skin, red_lip = float(redness(skin)), float(redness(lip))
    insides = [one.inside for one in seen if one.inside is not None]
    teeth = _teeth(insides, luma, red_skin, red_lip)
    darks = [float(np.percentile(pixels @ LUMA, 4)) for pixels, _ in insides]
    dark = float(np.clip(np.percentile(darks, 30), 3.0, 0.25 * luma)) if darks else max(black, 0.12 * luma)
    tooth, red_tooth, relief = teeth or (float("nan"), min(red_skin, max(0.02 * chroma, 0.5 * red_skin)), 1.0)
    return Palette(
        skin=luma,
        black=black,
        dark=dark,
        tooth=tooth,
        red_skin=red_skin,
        red_lip=red_lip,
        red_tooth=red_tooth,
        chroma=chroma,
        grain=float(np.median([one.grain for one in seen])),
        relief=relief,
        slope=float(np.median([one.slope for one in seen])),
        width=float(np.median([one.width for one in seen])),
        tone=skin / luma,
        white=_white(skin, [white for one in seen for white in one.sclera], chroma),
        lip=lip,
    )


def _observed(image: Image, points: Array) -> _Seen | None:
    """None where the face is too small, or outside the picture."""
    height = float(np.ptp(points[:, 1]))
    low = np.maximum(np.floor(points[:, :2].min(axis=0) - 0.05 * height).astype(int), 0)
    high = np.ceil(points[:, :2].max(axis=0) + 0.05 * height).astype(int)
    part = image[low[1] : max(high[1], low[1]), low[0] : max(high[0], low[0])].astype(np.float32)
    if min(part.shape[:2]) < 16:
        return None
    own = points[:, :2] - low
    lips = own[list(OUTER_LIPS)]
    ring = area(part.shape, lips, max(2, round(FAR * height))) & ~area(part.shape, lips, max(1, round(NEAR * height)))
    oval = area(part.shape, own[list(OVAL)])
    ring &= oval  # a face that is turned ends beside its mouth
    if ring.sum() < 10 or not oval.any():
        return None
    light = part @ LUMA
    cheeks, lit = skin_tone(image, points), _between(part[ring], light[ring], LIT)
    fine = light - cv2.GaussianBlur(light, (0, 0), 1.2)
    return _Seen(
        skin=lit * max(1.0, 0.92 * float(cheeks @ LUMA) / max(float(lit @ LUMA), 1.0)),
        lip=lip_tone(image, points),
        black=float(np.percentile(light[oval], 1.5)),
        grain=1.48 * float(np.median(np.abs(fine[ring]))),
        slope=_slope(light, ring, own),
        width=float(np.linalg.norm(own[MOUTH_CORNERS[0]] - own[MOUTH_CORNERS[1]])),
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
    return float(np.clip((bright - dim) / max(bright + dim, 1.0), -STEEPEST, STEEPEST))


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
    if gap < OPEN * height:
        return None
    inside = area(part.shape, points[list(INNER_LIPS)], -max(1, round(0.004 * height)))
    if inside.sum() <= 20:
        return None
    relief = light / np.maximum(cv2.GaussianBlur(light, (0, 0), 0.03 * height), 4) - 1
    return part[inside], relief[inside]


def _teeth(
    insides: list[tuple[Pixels, Pixels]], skin: float, red_skin: float, red_lip: float
) -> tuple[float, float, float] | None:
    """Luma, redness and relief of the teeth: what is light in a mouth and no redder than skin."""
    luma, reds, spreads = [], [], []
    for pixels, relief in insides:
        light, red = pixels @ LUMA, redness(pixels)
        bright = light > max(0.6 * float(np.percentile(light, 97)), 0.35 * skin)
        guess = min(float(np.percentile(red[bright], 25)) if bright.any() else 1.0, red_skin + 0.004)
        teeth = bright & (red < min(guess + 0.45 * max(red_lip - guess, 0.04), red_skin + 0.004))
        if teeth.mean() <= MANY:
            continue
        luma.append(float(np.percentile(light[teeth], 75)))
        reds.append(float(np.median(red[teeth])))
        spreads.append(float(relief[teeth & (light > 0.8 * luma[-1])].std()))
    return (float(np.percentile(luma, 65)), float(np.median(reds)), float(np.median(spreads))) if luma else None


def _white(skin: Array, sclera: list[Array], chroma: float) -> Array:
    """(3,) a white thing's colour: half from what light must be to make skin look so, half from the eyes' white."""
    luma = float(skin @ LUMA)
    white = _of_luma_1(skin / (1 - chroma * (1 - SKIN_REFLECTANCE)))
    peak = luma
    if sclera:
        seen = np.median(sclera, axis=0)
        light = float(seen @ LUMA)
        if light > 0.45 * luma:
            white, peak = 0.5 * white + 0.5 * seen / light, max(luma, 1.08 * min(light, 1.6 * luma))
    tone = skin / luma
    spread, most = float(np.ptp(white) / white.mean()), WHITE_SPREAD * float(np.ptp(skin) / skin.mean())
    if spread > most > 0:
        white = 1 + (white - 1) * most / spread
    white = _of_luma_1(np.maximum(white, 1e-3))
    # nor greener than the way from grey to skin
    least, ours, skins = WHITE_RED * float(redness(skin)), float(redness(white * luma)), float(redness(skin))
    if ours < least:
        white = white + (tone - white) * (least - ours) / max(skins - ours, 1e-6)
    return _of_luma_1(white) * peak


def _of_luma_1(colour: Array) -> Array:
    return np.asarray(colour / max(float(colour @ LUMA), 1e-6))


UNSEEN = Palette(
    skin=128.0,
    black=10.0,
    dark=20.0,
    tooth=float("nan"),
    red_skin=0.1,
    red_lip=0.2,
    red_tooth=0.05,
    chroma=1.0,
    grain=1.0,
    relief=1.0,
    slope=0.0,
    width=0.0,
    tone=np.ones(3),
    white=np.full(3, 128.0),
    lip=np.array([140.0, 80.0, 80.0]),
)
"""Of a face of which nothing can be seen."""
