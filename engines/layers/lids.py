"""Lids that come down: skin of the portrait's own lid and of what is around it, and a line of lashes.

The mesh would stretch the narrow rim that shows of an open eye's lid, its lashes and liner with it, into stripes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.layers.laying import in_channels, lay, over
from engines.layers.mesh import Raster, axes_of, curve_matrix
from face.bridging import smooth_step
from face.color import LUMA, Pixels
from face.eye_style import STYLE
from face.grain import GRAINY, noise
from face.relight import ramp
from face.topology import Eye
from foundation.geometry import Array, Box, Image

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


@dataclass(frozen=True)
class _Along:
    """A region in the eye's own axes.

    Attributes:
        x, y: (h, w) pixels from the eye's left corner, along it and below it.
        start, down: (2,) that corner, pixels of the picture, and the axis.
        width: of the eye, pixels.
        order: of the upper lid's points, left to right.
        places: (25,) theirs along the eye, in that order.
    """

    x: Pixels
    y: Pixels
    start: Array
    down: Array
    width: float
    order: NDArray[np.intp]
    places: Array

    @staticmethod
    def of(raster: Raster, upper: Array) -> _Along:
        along, down, width = axes_of(upper)
        right, below = raster.x - np.float32(upper[0, 0]), raster.y - np.float32(upper[0, 1])
        x, y = ((right * axis[0] + below * axis[1]).astype(np.float32) for axis in (along, down))
        places = (upper - upper[0]) @ along
        order = np.argsort(places, kind="stable")
        return _Along(x, y, upper[0], down, width, order, places[order])

    def spread(self, values: Array) -> Pixels:
        """(h, w) what belongs to the lid's points, (25,), at each pixel's place along the eye."""
        return np.interp(self.x, self.places, values[self.order]).astype(np.float32)

    def depth(self, row: Array) -> Pixels:
        """(h, w) how far below the corner a row of the picture's points lies, there."""
        return self.spread((row - self.start) @ self.down)


def paint(out: Image, rows: Rows, lid: Lid, shut: float) -> None:
    """Draw a lid as far as the eye is shut, 0 open .. 1 shut; in place."""
    share, meets = (float(ramp(np.array(shut), *limits)) for limits in (STYLE.lid_shows, STYLE.lid_meets))
    if share == 0:
        return
    along, down, width = axes_of(rows.upper)
    every = np.concatenate([rows.upper, rows.lower, rows.crease, rows.brow])
    margin = round((0.1 + STYLE.lid_search) * width) + 3
    low, high = np.floor(every.min(axis=0)).astype(int) - margin, np.ceil(every.max(axis=0)).astype(int) + margin
    box = Box(low[0], low[1], high[0], high[1]).clipped(out.shape[1], out.shape[0])
    if box.width < 4 or box.height < 4:
        return
    region, raster = out[box.slices], Raster(box, 1.0)
    axes = _Along.of(raster, rows.upper)
    gap = np.linalg.norm(rows.lower - rows.upper, axis=1)
    # lids that meet do so where the eye ends, not where the landmarks do
    edge = rows.upper + meets * (gap[:, None] * down + lid.edge(rows.lower) - rows.lower)
    wider = np.maximum(STYLE.lid_wider, lid.under[[0, -1]]) * meets * width
    ends = np.interp(np.linspace(-1, 1, DENSE), (-1, 0, 1), (-wider[0], 0, wider[1]))[:, None] * along
    fold = rows.crease + 0.1 * (rows.upper - rows.crease)
    cover = raster.polygon(np.concatenate([fold + ends, (edge + ends)[::-1]])).astype(np.float32)
    soft = max(0.8, 0.02 * width)
    cover = np.maximum(cv2.GaussianBlur(cover, (0, 0), soft), _above(axes, raster, rows, lid, (fold, edge)))
    cover *= np.float32(share / 255)
    line = _line(axes, edge, STYLE.lash * (1 + 0.5 * meets)) * np.float32(share)
    covered = region.astype(np.float32)
    x, y, wide, tall = cv2.boundingRect((cover > 0).astype(np.uint8))
    if wide:  # a lid's colours take longest: they are worked out where it shows
        part = np.s_[y : y + tall, x : x + wide]
        here = replace(axes, x=axes.x[part], y=axes.y[part])
        covered[part] = over(covered[part], _skin(here, lid, (fold, edge)), cover[part])
    lay(region, over(covered, lid.lash, line))


def _above(axes: _Along, raster: Raster, rows: Rows, lid: Lid, ends: tuple[Array, Array]) -> Pixels:
    """(h, w) 0..255 a lid, from fold to edge, that goes on above its fold, less and less up to the brow: where the mesh
    stretches what is there into streaks. It ends below in the lid's middle."""
    fold, edge = ends
    stretched = np.linalg.norm(rows.brow - rows.crease, axis=1) / np.maximum(lid.above * axes.width, 1.0)
    share = axes.spread(ramp(stretched, *STYLE.lid_stretched))
    brow, top = axes.depth(rows.brow), axes.depth(fold)
    rise = smooth_step((axes.y - brow) / np.maximum(top - brow, 1.0))
    return np.asarray(raster.polygon(np.concatenate([rows.brow, ((fold + edge) / 2)[::-1]])) * rise * share, np.float32)


def _skin(axes: _Along, lid: Lid, ends: tuple[Array, Array]) -> Pixels:
    """(h, w, 3) the lid between two rows, with the portrait's grain."""
    top, bottom = (axes.depth(row) for row in ends)
    t = np.clip((axes.y - top) / np.maximum(bottom - top, 1.0), 0, 1)
    colours = zip(lid.top.T, lid.bottom.T, strict=True)
    planes = [axes.spread(high) * (1 - t) + axes.spread(low) * t for high, low in colours]
    light = 1 + STYLE.lid_bulge * np.sin(np.pi * t) - STYLE.lid_edge * t**3
    skin = cv2.merge([plane * light for plane in planes])
    if lid.grain > GRAINY:
        skin += in_channels(noise(axes.x, axes.y) * np.float32(0.7 * lid.grain))
    return np.asarray(skin, np.float32)


def _line(axes: _Along, row: Array, thick: float) -> Pixels:
    """(h, w) 0..1: a soft line along a row, `thick` eye widths in its middle and thin at the corners."""
    wide = 0.5 * thick * axes.width * (1 - 0.75 * np.linspace(-1, 1, DENSE) ** 2)
    # a line thinner than a pixel is that much fainter: it would break into dashes
    own = axes.spread(wide)
    spread = np.maximum(own, np.float32(STYLE.lash_thinnest))
    away = (axes.y - axes.depth(row)) / spread
    corner, last = 0.06 * axes.width, axes.places[-1]
    ends = np.clip(axes.x / corner, 0, 1) * np.clip((last - axes.x) / corner, 0, 1)
    faint = np.minimum(np.maximum(own, 0.5) / spread, 1.0)
    return np.asarray(STYLE.lash_shows * faint * np.exp(-(away**2)) * ends, np.float32)
