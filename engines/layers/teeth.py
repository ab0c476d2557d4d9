"""The teeth that a portrait shows: taken out of its mouth, and hung from its upper lip again, unstretched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.layers.laying import in_channels
from engines.layers.lips import around, rows, stretch
from engines.layers.mesh import Raster, axes_of
from face.palette import Palette
from face.relight import classes
from foundation.geometry import Array, Image

CAVITY_TINT = np.array([0.55, 0.40, 0.37], np.float32)
PARTED_LIGHT = np.array([0.75, 0.7, 0.7], np.float32)
"""What lies behind lips that are parted without showing teeth, against the lips."""
FEW_TEETH = 0.3
"""A portrait whose opening holds less tooth than this share shows none of its own."""


@dataclass(frozen=True)
class Teeth:
    """The portrait's own teeth.

    Attributes:
        image: (h, w, 3) uint8 the portrait around its mouth.
        alpha: (h, w) uint8, 255 on teeth.
        origin: (2,) pixel position of the first pixel.
        contour: (20, 2) the inner lips around them, pixels.
    """

    image: Image
    alpha: NDArray[np.uint8]
    origin: Array
    contour: Array

    @cached_property
    def rows(self) -> tuple[Array, Array]:
        """Where they begin and where they end, (n, 2) each: a little beyond the opening, so that they end where their
        soft alpha does, not where the strip does."""
        upper, lower = rows(self.contour)
        return upper, upper + 1.25 * (lower - upper)


def own_teeth(image: Image, contour: Array, height: float, own: Palette) -> tuple[Image, Teeth | None]:
    """An open mouth emptied, and the teeth that were in it.

    Args:
        image: the portrait.
        contour: (20, 2) its inner lips, a little outside the opening.
        own: its palette.
    Returns:
        the portrait with dark between its lips, and its teeth if there are any to speak of.
    """
    box = around(contour, max(4, round(0.05 * height)), image)
    if box.width < 4 or box.height < 4:
        return image, None
    raster = Raster(box, 1.0)
    upper, lower = rows(contour)
    hole = raster.polygon(np.concatenate([upper, lower[-2:0:-1]]))
    region = np.ascontiguousarray(image[box.slices])
    reach = max(1.0, 0.006 * height)
    inside = cv2.GaussianBlur(hole, (0, 0), reach)
    teeth = cv2.GaussianBlur(classes(region.astype(np.float32), own)[0], (0, 0), 1.5 * reach)
    alpha = (np.clip(3.0 * teeth, 0, 1) * inside).astype(np.uint8)
    filled = cv2.inpaint(region, (hole > 20).astype(np.uint8), 3.0, cv2.INPAINT_TELEA)
    shows_teeth = float(alpha[hole > 127].mean()) > FEW_TEETH * 255
    dark = cv2.GaussianBlur(filled, (0, 0), 2 * reach) * (CAVITY_TINT if shows_teeth else PARTED_LIGHT)
    share = (inside / np.float32(255))[:, :, None]
    emptied = image.copy()
    emptied[box.slices] = np.clip(filled * (1 - share) + dark * share, 0, 255).astype(np.uint8)
    teeth_there = Teeth(region, alpha, np.array([box.x0, box.y0], np.float64), contour)
    return emptied, teeth_there if shows_teeth else None


def hang_teeth(layers: NDArray[np.float32], raster: Raster, upper: Array, teeth: Teeth, share: float) -> None:
    """A share of the portrait's own teeth, under its upper lip, as tall as they are; in place."""
    own_upper, own_lower = teeth.rows
    _, down, _ = axes_of(upper)
    drop = np.linalg.norm(own_lower - own_upper, axis=1, keepdims=True)
    field = stretch(raster, np.concatenate([upper, upper + down * drop]), np.concatenate([own_upper, own_lower]))
    field -= teeth.origin.astype(np.float32)
    image = cv2.remap(teeth.image, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(teeth.alpha, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    layers += (image.astype(np.float32) - layers) * in_channels(alpha * np.float32(share / 255))
