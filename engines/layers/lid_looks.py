"""What a portrait's lid looks like when it is shut, which the portrait seldom shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.layers.mesh import axes_of, curve_matrix
from face.color import LUMA, Pixels
from face.eye_style import STYLE
from face.relight import ramp
from face.topology import Eye
from foundation.geometry import Array, Image

POINTS, DENSE = 9, 25
"""Landmarks of a lid's row, and the points of the curve that is drawn through them."""
CORNER = 4
"""So many of them, at both ends, lie so close to the eye's white and its corner that they tell no lid's colour."""
LEAST_CONTRAST = 0.06
"""Between the white of an eye and skin, in warmth, below which one cannot be told from the other."""


def smooth_row(row: Array) -> Array:
    """A lid's 9 points as a smooth curve of 25."""
    return curve_matrix(POINTS, DENSE) @ row


@cache
def _rows(eye: Eye) -> NDArray[np.intp]:
    """(4, 9) the points of an eye's rows, as `Rows` has them."""
    left, right = eye.corners
    return np.array([eye.upper_row, eye.lower_row, (left, *eye.crease, right), (left, *eye.under_brow, right)])


@dataclass(frozen=True)
class Rows:
    """An eye's rows from corner to corner, (25, 2) each, pixels."""

    upper: Array
    lower: Array
    crease: Array
    brow: Array

    @staticmethod
    def of(points: Array, eye: Eye) -> Rows:
        """Args: points: (>=478, 2)."""
        return Rows(*map(smooth_row, points[_rows(eye)]))


@dataclass(frozen=True)
class Lid:
    """What a shut lid of one eye of the portrait looks like.

    Attributes:
        top, bottom: (25, 3) its colours at the crease and at the edge, along the eye.
        lash: (3,) the dark of its lashes.
        grain: levels.
        under: (25,) how far the eye goes on below the row of landmarks that should be its edge, eye widths. `edge` puts
            a row there.
        above: (25,) how far from the crease what is under the brow is, eye widths.
    """

    top: Pixels
    bottom: Pixels
    lash: Pixels
    grain: float
    under: Array
    above: Array

    def edge(self, lower: Array) -> Array:
        """Where the eye ends below: a row of 9 or 25 points, (n, 2) pixels, put right."""
        _, down, width = axes_of(lower)
        return np.asarray(lower + (width * self.under[:: (DENSE - 1) // (len(lower) - 1)])[:, None] * down)

    @staticmethod
    def seen(image: Image, points: Array, eye: Eye) -> Lid:
        """Of the portrait and its (>=478, 2) points."""
        rows = Rows.of(points, eye)
        _, down, width = axes_of(rows.upper)
        every = np.concatenate([rows.upper, rows.lower, rows.crease, rows.brow])
        margin = round(0.3 * width) + 4
        low = np.clip(np.floor(every.min(axis=0)).astype(int) - margin, 0, (image.shape[1] - 1, image.shape[0] - 1))
        high = np.maximum(np.ceil(every.max(axis=0)).astype(int) + margin, low + 1)
        part = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
        soft = cv2.GaussianBlur(part, (0, 0), max(0.8, 0.02 * width)).astype(np.float32)

        def taken(places: Array) -> Pixels:
            field = (places - low).astype(np.float32).reshape(1, -1, 2)
            got = cv2.remap(soft, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            return np.asarray(got.reshape(*places.shape[:-1], 3), np.float32)

        fine = part.astype(np.float32) - cv2.GaussianBlur(part, (0, 0), 1.0).astype(np.float32)
        below = taken(rows.lower + STYLE.lid_below * width * down)
        fold = taken(rows.crease + STYLE.lid_from * (rows.brow - rows.crease))
        top = _lit(_of_lid(fold, below, taken, rows, width), below)
        steps = np.linspace(0, STYLE.lid_search, 17)
        beneath = taken(rows.lower[:, None] + steps[:, None] * width * down)
        return Lid(
            top=_evened(top),
            bottom=_evened(top + STYLE.lid_mix * (below - top)),
            lash=_lashes_tone(part, rows.upper - low, width),
            grain=1.48 * float(np.median(np.abs(fine))),
            under=_goes_on(beneath, taken((rows.upper + rows.lower) / 2), below, steps),
            above=np.linalg.norm(rows.brow - rows.crease, axis=1) / width,
        )


def _evened(colours: Pixels) -> Pixels:
    within = np.ascontiguousarray(colours[np.clip(np.arange(DENSE), CORNER, DENSE - 1 - CORNER)])
    return np.asarray(cv2.GaussianBlur(within, (1, 9), sigmaX=0.1, sigmaY=2.0, borderType=cv2.BORDER_REPLICATE))


def _of_lid(fold: Pixels, below: Pixels, taken: Callable[[Array], Pixels], rows: Rows, width: float) -> Pixels:
    """(25, 3) a lid's colours: its own, if enough of it shows, in as much light as the fold above it has."""
    shown = float(np.linalg.norm(rows.upper - rows.crease, axis=1)[8:-8].mean()) / width
    share = float(ramp(np.array(shown), *STYLE.lid_seen))
    if share == 0:
        return fold
    looks = taken(rows.crease + np.array(STYLE.lid_looks)[:, None, None] * (rows.upper - rows.crease))
    lightest = np.take_along_axis(looks, np.argmax(looks @ LUMA, axis=0)[None, :, None], axis=0)[0]
    # what is paler than the skin on both sides is the white of the eye
    skin = np.maximum(np.minimum(_warmth(fold), _warmth(below)), np.float32(1e-3))
    lightest += (fold - lightest) * (1 - ramp(_warmth(lightest) / skin, *STYLE.lid_pale))[:, None]
    # light is added in the fold's hue: multiplied, brown make-up would turn orange
    lacks = np.maximum(fold @ LUMA - lightest @ LUMA, 0) / np.maximum(fold @ LUMA, 1.0)
    return np.asarray(fold + share * (lightest + lacks[:, None] * fold - fold), np.float32)


def _lit(top: Pixels, below: Pixels) -> Pixels:
    """(25, 3) the colours, in no deeper shade than a lid that lies on a ball can be."""
    lacks = np.maximum(STYLE.lid_darkest - (top @ LUMA) / np.maximum(below @ LUMA, 1.0), 0)
    return np.asarray(top + lacks[:, None] * below, np.float32)


def _goes_on(beneath: Pixels, within: Pixels, skin: Pixels, steps: Array) -> Array:
    """(25,) up to which of the `steps` what lies beneath a row, (25, s, 3), is more like the eye than like skin."""
    light = within @ LUMA
    white = float(np.median(_warmth(within[light >= np.median(light)])))
    warm = np.maximum(_warmth(skin), float(np.median(_warmth(skin))))[:, None]
    as_eye = (_warmth(beneath) < (warm + white) / 2) & (warm - white > LEAST_CONTRAST)
    goes_on = np.cumprod(as_eye, axis=1).sum(axis=1)
    reach = np.where(goes_on < len(steps), steps[np.minimum(goes_on, len(steps) - 1)], 0.0)
    reach[goes_on == 0] = 0.0
    even = cv2.GaussianBlur(cv2.medianBlur(reach.astype(np.float32)[:, None], 5), (1, 7), 0).ravel()
    return np.maximum(even, 0.4 * float(np.percentile(even, 75)))


def _warmth(pixels: Pixels) -> Pixels:
    """(...) of (..., 3): (R - B) / (R + G + B), which tells skin from the white of eyes in light and shade."""
    return np.asarray((pixels[..., 0] - pixels[..., 2]) / np.maximum(pixels.sum(axis=-1), 24.0), np.float32)


def _lashes_tone(part: Image, upper: Array, width: float) -> Pixels:
    """(3,) the dark of the upper lashes, from the points of a lid's edge."""
    reach, samples = max(1, round(0.04 * width)), []
    for x, y in np.round(upper[3:-3:3]).astype(int):
        patch = part[max(0, y - reach) : max(0, y + reach + 1), max(0, x - reach) : max(0, x + reach + 1)]
        pixels = patch.reshape(-1, 3)
        if len(pixels):
            samples.append(pixels[np.argsort(pixels.sum(axis=1), kind="stable")[len(pixels) // 5]])
    return np.median(samples, axis=0).astype(np.float32) if samples else np.full(3, 40, np.float32)
