"""The portrait's own lips over those that a network has painted."""

from __future__ import annotations

import cv2
import numpy as np

from engines.layers.lips import CONTOUR, around, rows
from engines.layers.mesh import Field, Raster
from face.bridging import smooth_step
from face.topology import CHIN, FOREHEAD
from foundation.geometry import Array, Image
from networks.stream import Flow

LIPS_BACK = 0.06, 0.05
"""Face heights around a mouth's opening in which lips are the portrait's own, and over which that ends."""
EACH_LIP = 0.03
"""Face heights over which a landmark of the lips brings its surroundings to where it should be: about from one to the
next."""


def lips_back(picture: Image, source: Image, flow: Flow, points: Array, own: Array) -> None:
    """Lay the portrait's own lips over those that a network has painted, moved by its flow; in place.

    It paints what it takes for the inside of a mouth, over the lips around it, too: a grey or violet smudge. And since
    it paints there, its flow need not part lips that it was shown shut: the landmarks of the lips mend it.

    Args:
        picture: what it made.
        source: what it was shown, as large.
        flow: (h, w, 2) where each place of the picture comes from, -1..1.
        points, own: (478, 2) where the landmarks are in the picture and in the source, pixels.
    """
    height = max(float(np.linalg.norm(points[CHIN] - points[FOREHEAD])), 1.0)
    whole, fade = LIPS_BACK
    box = around(points[CONTOUR], int(np.ceil((whole + fade) * height)), picture)
    if box.width < 2 or box.height < 2:
        return
    raster = Raster(box, 1.0)
    upper, lower = rows(points[CONTOUR])
    mouth = raster.polygon(np.concatenate([upper, lower[::-1]]))
    away = cv2.distanceTransform((mouth < 128).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    here = np.dstack(np.broadcast_arrays(raster.x, raster.y))
    missing = own[CONTOUR] - come_from(flow, points[CONTOUR].astype(np.float32)[None], picture)[0]
    share = smooth_step(1 - away / ((whole + fade) * height)).astype(np.float32)[:, :, None]
    comes = come_from(flow, here, picture) + share * spread(raster, points[CONTOUR], missing, EACH_LIP * height)
    lips = cv2.remap(source, comes, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    share = smooth_step(1 + (whole * height - away) / (fade * height)).astype(np.float32)[:, :, None]
    region = picture[box.slices]
    np.copyto(region, np.rint(region + (lips.astype(np.float32) - region) * share).astype(np.uint8))


def come_from(flow: Flow, places: Field, picture: Image) -> Field:
    """(h, w, 2) where places of a picture come from, both pixels, by its flow."""
    last = np.array([picture.shape[1] - 1, picture.shape[0] - 1], np.float32)
    cells = places * (np.array([flow.shape[1] - 1, flow.shape[0] - 1], np.float32) / last)
    return np.asarray((cv2.remap(flow, cells, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) + 1) / 2 * last)


def spread(raster: Raster, points: Array, values: Array, sigma: float) -> Field:
    """(h, w, 2) the (P, 2) values of some points, everywhere in a region, by how near each is.

    Args:
        raster: the region.
        points: (P, 2).
        sigma: of the bell of each.
    """
    x, y = points.astype(np.float32).T
    far = (raster.x[:, :, None] - x) ** 2 + (raster.y[:, :, None] - y) ** 2
    far /= np.float32(2 * sigma**2)
    near = np.subtract(far.min(axis=2, keepdims=True), far, out=far)
    np.exp(near, out=near)
    return np.asarray(near @ values.astype(np.float32) / near.sum(axis=2, keepdims=True))
