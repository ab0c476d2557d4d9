"""The inside of the mouth: the performer's own teeth, tongue and dark, fitted between the portrait's lips.

A portrait that shows its own teeth keeps them: they hang from its upper lip, unstretched, before the performer's dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.landmark_tps.mesh import Raster, affines, apply_affines, draw_indices
from face.color import LUMA, recolor
from face.topology import INNER_LIPS, strip
from foundation.geometry import Array, Box, Image

CONTOUR = list(INNER_LIPS)
ROW = 11
DENSE = 33
"""Points of a lip's curve, drawn smooth through its 11 landmarks."""
SHRINK = np.array([0.05, 0.12])
"""How much of the performer's mouth is left out at its corners and lips, so that no lip is taken for tooth."""
APPEAR = 0.008, 0.028
"""Opening, in face heights, at which the interior begins to show and shows fully."""
SHADE, SHADE_REACH = 0.6, 0.028
"""How much lips shade what is next to them, and how far, in face heights."""
FULL_SHADE = 0.12
"""Opening, in face heights, from which shade reaches its full depth."""
OWN_SHADE = 0.55
"""How much of that falls on the portrait's own teeth, whose picture has shade already."""
SHADE_TINT = np.array([0.85, 1.1, 1.1], np.float32)
"""Shade in a mouth is reddish: what little light there is has passed through lips."""
RIM, RIM_REACH, RIM_LIGHT = 0.55, 0.010, 0.55
"""The lips' moist inner edge: how much of it shows, how far in, in face heights, and its light against the lips'."""
CAVITY = 0.55
"""How much of what is not tooth is darkened."""
CAVITY_TINT = np.array([0.55, 0.40, 0.37], np.float32)
TEETH_DIM = 0.15
"""Teeth stand in the lips' shade: this much darker than the performer's light would have them."""
PLAIN = np.array([0.36, 0.25, 0.24], np.float32)
"""A drawn mouth's dark, against the lips."""
PARTED_LIGHT = np.array([0.75, 0.7, 0.7], np.float32)
"""What lies behind lips that are parted without showing teeth, against the lips."""
DEEPEST = 0.34
"""Behind a portrait's own teeth, nothing is lighter than this share of its skin."""
FEW_TEETH = 0.3
"""A portrait whose opening holds less tooth than this share shows none of its own."""


@dataclass(frozen=True)
class Teeth:
    """The portrait's own teeth.

    Attributes:
        image: (h, w, 3) uint8 the portrait around its mouth; alpha: (h, w) uint8, 255 on teeth.
        origin: (2,) pixel position of the first pixel. contour: (20, 2) the inner lips around them, pixels.
    """

    image: Image
    alpha: NDArray[np.uint8]
    origin: Array
    contour: Array


@dataclass(frozen=True)
class Mouth:
    """What the interior needs of portrait and clip.

    Attributes:
        height: the portrait's face height, pixels.
        matrix: (3, 3) from the performer's colours to the portrait's.
        skin: the portrait's skin, mean of its channels. lip: (3,) its lips.
        teeth: the portrait's own, if it shows any.
    """

    height: float
    matrix: NDArray[np.float32]
    skin: float
    lip: NDArray[np.float32]
    teeth: Teeth | None


@cache
def row_matrix() -> Array:
    """(DENSE, 11): a lip's landmarks to a smooth curve through them."""
    from scipy.interpolate import CubicSpline  # noqa: PLC0415  (slow to import, for what draws alone)

    curve = CubicSpline(np.arange(ROW), np.eye(ROW), bc_type="natural")
    return np.asarray(curve(np.linspace(0, ROW - 1, DENSE)))


@cache
def _strip() -> NDArray[np.int32]:
    return np.array(strip(tuple(range(DENSE)), tuple(range(DENSE, 2 * DENSE))), np.int32)


def rows(contour: Array) -> tuple[Array, Array]:
    """The upper and lower lip, (DENSE, 2) each, left to right, of the (20, 2) inner contour."""
    upper = contour[:ROW]
    lower = np.concatenate([contour[:1], contour[: ROW - 2 : -1]])
    return np.einsum("dr,rc->dc", row_matrix(), upper), np.einsum("dr,rc->dc", row_matrix(), lower)


def around(points: Array, margin: int, image: Image) -> Box:
    """The pixels around `points`, inside the image."""
    low, high = np.floor(points.min(axis=0)).astype(int) - margin, np.ceil(points.max(axis=0)).astype(int) + margin + 1
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).clipped(image.shape[1], image.shape[0])


def toothness(pixels: NDArray[np.float32], skin: float) -> NDArray[np.float32]:
    """(h, w) 0..1: bright and colourless, next to the skin."""
    light = pixels.mean(axis=2)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    bright = np.clip((light / skin - 0.45) / 0.25, 0, 1)
    gray = np.clip(1.5 - 2.0 * spread / np.maximum(light, 8.0), 0, 1)
    return np.asarray(bright * gray, np.float32)


def own_teeth(image: Image, contour: Array, height: float, skin: float) -> tuple[Image, Teeth | None]:
    """An open mouth emptied, and the teeth that were in it.

    Args:
        image: the portrait. contour: (20, 2) its inner lips, a little outside the opening.
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
    teeth = cv2.GaussianBlur(toothness(region.astype(np.float32), skin), (0, 0), 1.5 * reach)
    alpha = (np.clip(3.0 * teeth, 0, 1) * inside).astype(np.uint8)
    filled = cv2.inpaint(region, (hole > 20).astype(np.uint8), 3.0, cv2.INPAINT_TELEA)
    shows_teeth = float(alpha[hole > 127].mean()) > FEW_TEETH * 255
    dark = cv2.GaussianBlur(filled, (0, 0), 2 * reach) * (CAVITY_TINT if shows_teeth else PARTED_LIGHT)
    share = (inside / np.float32(255))[:, :, None]
    emptied = image.copy()
    emptied[box.slices] = np.clip(filled * (1 - share) + dark * share, 0, 255).astype(np.uint8)
    teeth_there = Teeth(region, alpha, np.array([box.x0, box.y0], np.float64), contour)
    return emptied, teeth_there if shows_teeth else None


def paint(
    out: Image, contour: Array, driving_frame: Image, driving_contour: Array, mouth: Mouth, *, covered: float = 0.0
) -> None:
    """Lay the performer's mouth interior into `out`; in place.

    Args:
        contour: (20, 2) the portrait's inner lips in `out`. driving_contour: (20, 2) in `driving_frame`.
        covered: 0..1, how much of what is shown is drawn, a dark mouth in the portrait's colours; at 1, nothing of the
            driving frame is looked at.
    """
    upper, lower = rows(contour)
    opening = float(np.linalg.norm(upper - lower, axis=1).max()) / mouth.height
    strength = smoothstep(opening, *APPEAR)
    feather = max(1.2, 0.009 * mouth.height)
    box = around(np.concatenate([upper, lower]), int(np.ceil(3 * feather)) + 1, out)
    if opening < APPEAR[0] / 4 or box.width < 2 or box.height < 2:
        return
    raster = Raster(box, 1.0)
    mask = raster.polygon(np.concatenate([upper, lower[-2:0:-1]]))
    region = out[box.slices]
    layers = region.astype(np.float32)
    if strength > 0:
        inside = np.broadcast_to(mouth.lip * PLAIN, layers.shape)
        if covered < 1:
            pixels = fetch(raster, (upper, lower), driving_frame, driving_contour, 3 * feather)
            own = deepen(recolor(pixels, mouth.matrix), mouth)
            inside = own + (inside - own) * np.float32(covered)
        layers += (inside - layers) * strength
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)
    # a mouth that opens little is shaded less far in, or nothing of its teeth would be seen
    height = mouth.height * min(1.0, max(0.3, opening / FULL_SHADE))
    layers *= shade(depth, height, max(strength, 0.4))
    if mouth.teeth is not None:
        hang_teeth(layers, raster, upper, mouth.teeth)
        layers *= shade(depth, mouth.height, OWN_SHADE)
    rim = (RIM * strength) * np.exp(depth * np.float32(-1 / (RIM_REACH * height)))[:, :, None]
    layers += (mouth.lip * np.float32(RIM_LIGHT) - layers) * rim
    alpha = cv2.GaussianBlur(mask.astype(np.float32) * np.float32(1 / 255), (0, 0), 0.5 * feather)[:, :, None]
    if mouth.teeth is None:
        alpha *= strength
    blended = region + (layers - region) * alpha
    np.copyto(region, np.clip(blended, 0, 255).astype(np.uint8))


def across_and_down(upper: Array) -> tuple[Array, Array]:
    """Unit vectors along a lip, and from it towards the chin."""
    across = upper[-1] - upper[0]
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    return across, np.array([-across[1], across[0]])


def stretch(raster: Raster, target: Array, source: Array) -> NDArray[np.float32]:
    """The field that lays the strip between two source rows over that between two target rows, (2 * DENSE, 2) each."""
    triangles = _strip()
    indices = draw_indices(raster, target[triangles], np.arange(len(triangles)))
    return apply_affines(raster, indices, affines(target[triangles], source[triangles]))


def fetch(
    raster: Raster, lips: tuple[Array, Array], frame: Image, driving_contour: Array, margin: float
) -> NDArray[np.float32]:
    """The performer's interior stretched over the raster, a little beyond the lips."""
    upper, lower = lips
    driver_upper, driver_lower = rows(driving_contour)
    middle = (driver_upper + driver_lower) / 2
    centre = middle.mean(axis=0)
    half = (driver_lower - driver_upper) / 2 * (1 - SHRINK[1])
    middle = centre + (middle - centre) * (1 - SHRINK[0])
    source = np.concatenate([middle - half, middle + half])
    across, down = across_and_down(upper)
    sideways = np.linspace(-1.0, 1.0, DENSE)[:, None] * across * margin
    target = np.concatenate([upper - down * margin + sideways, lower + down * margin + sideways])
    field = stretch(raster, target, source)
    return cv2.remap(frame, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


def hang_teeth(layers: NDArray[np.float32], raster: Raster, upper: Array, teeth: Teeth) -> None:
    """The portrait's own teeth under its upper lip, as tall as they are; in place."""
    own_upper, own_lower = rows(teeth.contour)
    # a little beyond the opening, so that the teeth end where their soft alpha does, not where the strip does
    own_lower = own_upper + 1.25 * (own_lower - own_upper)
    _, down = across_and_down(upper)
    drop = np.linalg.norm(own_lower - own_upper, axis=1, keepdims=True)
    field = stretch(raster, np.concatenate([upper, upper + down * drop]), np.concatenate([own_upper, own_lower]))
    field -= teeth.origin.astype(np.float32)
    image = cv2.remap(teeth.image, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(teeth.alpha, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    layers += (image - layers) * (alpha * np.float32(1 / 255))[:, :, None]


def deepen(pixels: NDArray[np.float32], mouth: Mouth) -> NDArray[np.float32]:
    """Darken what is not tooth; behind the portrait's own teeth, everything."""
    light = pixels @ LUMA
    if mouth.teeth is not None:
        pixels = pixels * np.minimum(1.0, DEEPEST * mouth.skin / np.maximum(light, 1.0))[:, :, None]
        light = np.minimum(light, np.float32(DEEPEST * mouth.skin))
    soft = (1.0 - toothness(pixels, mouth.skin))[:, :, None] * np.float32(CAVITY)
    cavity = light[:, :, None] * CAVITY_TINT
    dimmed = pixels * (1 - soft) * np.float32(1 - TEETH_DIM) + cavity * soft
    return np.asarray(dimmed, np.float32)


def shade(depth: NDArray[np.float32], height: float, strength: float) -> NDArray[np.float32]:
    """(h, w, 3) factors: darker towards the lips; `depth` is the distance from them, pixels."""
    edge = (strength * SHADE) * np.exp(depth * np.float32(-1 / (SHADE_REACH * height)))
    return np.asarray(1.0 - edge[:, :, None] * SHADE_TINT, np.float32)


def smoothstep(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, smooth between."""
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3 - 2 * share)
