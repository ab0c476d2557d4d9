"""The inside of the mouth: the performer's own teeth, tongue and dark, fitted between the portrait's lips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from engines.base import Image
from engines.landmark_tps.color import recolor
from engines.landmark_tps.mesh import Raster, affines, apply_affines, draw_indices
from engines.landmark_tps.topology import INNER_LIPS, strip
from foundation.geometry import Array, Box

ROW = 11
DENSE = 33
"""Points of a lip's curve, drawn smooth through its 11 landmarks."""
SHRINK = np.array([0.05, 0.12])
"""How much of the performer's mouth is left out at its corners and lips, so that no lip is taken for tooth."""
APPEAR = 0.010, 0.030
"""Opening, in face heights, at which the interior begins to show and shows fully."""
SHADE = 0.5
SHADE_REACH = 0.02
CAVITY = 0.5
"""How much of what is not tooth is darkened."""


@dataclass(frozen=True)
class Mouth:
    """What the interior needs of portrait and clip.

    Attributes:
        height: the portrait's face height, pixels.
        matrix: (3, 3) from the performer's colours to the portrait's.
        skin: the portrait's skin, 0..255.
        own_gap: the portrait's own inner-lip gap, in face heights, 0 for a shut mouth.
    """

    height: float
    matrix: NDArray[np.float32]
    skin: float
    own_gap: float


@cache
def row_matrix() -> Array:
    """(DENSE, 11): a lip's landmarks to a smooth curve through them."""
    curve = CubicSpline(np.arange(ROW), np.eye(ROW), bc_type="natural")
    return np.asarray(curve(np.linspace(0, ROW - 1, DENSE)))


@cache
def _strip() -> NDArray[np.int32]:
    return np.array(strip(tuple(range(DENSE)), tuple(range(DENSE, 2 * DENSE))), np.int32)


def rows(contour: Array) -> tuple[Array, Array]:
    """The upper and lower lip, (DENSE, 2) each, left to right, of the (20, 2) inner contour."""
    upper = contour[:ROW]
    lower = np.concatenate([contour[:1], contour[: ROW - 2 : -1]])
    return row_matrix() @ upper, row_matrix() @ lower


def paint(out: Image, contour: Array, driving_frame: Image, driving_contour: Array, mouth: Mouth) -> None:
    """Lay the performer's mouth interior into `out`; in place.

    Args:
        contour: (20, 2) the portrait's inner lips in `out`. driving_contour: (20, 2) in `driving_frame`.
    """
    upper, lower = rows(contour)
    gap = np.linalg.norm(upper - lower, axis=1)
    opening = float(gap.max()) / mouth.height
    strength = smoothstep(opening, *APPEAR)
    if mouth.own_gap > 0:
        strength *= smoothstep(float(gap.mean()) / mouth.height, 0.75 * mouth.own_gap, 1.25 * mouth.own_gap)
    feather = max(0.8, 0.008 * mouth.height)
    margin = int(np.ceil(3 * feather)) + 1
    both = np.concatenate([upper, lower])
    low, high = np.floor(both.min(axis=0)).astype(int) - margin, np.ceil(both.max(axis=0)).astype(int) + margin + 1
    box = Box(low[0], low[1], high[0], high[1]).clipped(out.shape[1], out.shape[0])
    if strength <= 0 or box.width < 2 or box.height < 2:
        return
    raster = Raster(box, 1.0)
    mask = raster.polygon(np.concatenate([upper, lower[-2:0:-1]]))
    pixels = fetch(raster, (upper, lower), driving_frame, driving_contour, 3 * feather)
    pixels = shade(recolor(pixels, mouth.matrix), mask, mouth)
    alpha = cv2.GaussianBlur(mask.astype(np.float32) * (strength / 255.0), (0, 0), 0.5 * feather)[:, :, None]
    region = out[box.slices]
    blended = region + (pixels - region) * alpha
    np.copyto(region, np.clip(blended, 0, 255).astype(np.uint8))


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
    across = upper[-1] - upper[0]
    across /= max(float(np.linalg.norm(across)), 1e-6)
    down = np.array([-across[1], across[0]])
    sideways = np.linspace(-1.0, 1.0, DENSE)[:, None] * across * margin
    target = np.concatenate([upper - down * margin + sideways, lower + down * margin + sideways])
    triangles = _strip()
    indices = draw_indices(raster, target[triangles], np.arange(len(triangles)))
    field = apply_affines(raster, indices, affines(target[triangles], source[triangles]))
    return cv2.remap(frame, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


def shade(pixels: NDArray[np.float32], mask: NDArray[np.uint8], mouth: Mouth) -> NDArray[np.float32]:
    """Deepen what is not tooth, and darken towards the lips."""
    light = pixels.mean(axis=2)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    bright = np.clip((light / mouth.skin - 0.45) / 0.25, 0, 1)
    gray = np.clip(1.5 - 2.0 * spread / np.maximum(light, 8.0), 0, 1)
    soft = (1.0 - bright * gray)[:, :, None] * CAVITY
    cavity = (0.45 * light)[:, :, None] * np.array([1.15, 0.95, 0.9], np.float32)
    pixels = pixels * (1 - soft) + cavity * soft
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)
    edge = 1.0 - SHADE * np.exp(-depth / (SHADE_REACH * mouth.height))
    return np.asarray(pixels * edge[:, :, None], np.float32)


def smoothstep(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, smooth between."""
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3 - 2 * share)


CONTOUR = list(INNER_LIPS)
