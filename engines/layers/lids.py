"""Lids that come down: skin of the portrait's own lid and of what is around it, and a line of lashes.

The mesh would stretch the narrow rim that shows of an open eye's lid, its lashes and liner with it, into stripes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.layers.laying import in_channels, lay, over
from engines.layers.lid_looks import DENSE, Lid, Rows
from engines.layers.mesh import Raster, axes_of
from face.bridging import smooth_step
from face.color import Pixels
from face.eye_style import STYLE
from face.grain import GRAINY, noise
from face.relight import ramp
from foundation.geometry import Array, Box, Image


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
