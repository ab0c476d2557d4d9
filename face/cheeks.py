"""What cheeks do in a smile beyond what landmarks tell: they lift, and a fold beside the nose darkens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face.bridging import smooth_step
from face.topology import CHEEKS, MOUTH_CORNERS
from foundation.geometry import Array


@dataclass(frozen=True, kw_only=True)
class CheekStyle:
    """Lengths are in face heights. All were set by looks: frames at full size, with smaller and larger values.

    Attributes:
        smile: how far a corner of the mouth moves outwards and up when a smile begins to show, and when it is whole.
        lift: how far the middle of a cheek rises in a whole smile; 0..0.015: beyond, the fold is stretched.
        lift_reach: sigma of what rises with it; 0.05..0.09: wider, lids would rise, too.
        shade: how much light the fold loses in a whole smile, a share; 0..0.2: beyond, it is a stain on smooth skin.
        shade_reach: sigma of the fold's width; 0.012..0.03.
        shade_tint: factors on that shade of red, green and blue: light in a fold has passed through skin.
    """

    smile: tuple[float, float] = (0.012, 0.065)
    lift: float = 0.010
    lift_reach: float = 0.07
    shade: float = 0.11
    shade_reach: float = 0.018
    shade_tint: tuple[float, float, float] = (0.65, 1.05, 1.2)


STYLE = CheekStyle()


def smiles(moved: Array, own: Array) -> Array:
    """(n, 2) how much more both sides smile than the portrait does, 0..1.

    Args:
        moved: (n, 478, 3) where the points are, canonical.
        own: (m, 478, 3) shapes of the portrait, of which the one that smiles most counts.
    """
    begins, whole = STYLE.smile
    return smooth_step((_drawn(moved) - _drawn(own).max(axis=0) - begins) / (whole - begins))


def _drawn(shapes: Array) -> Array:
    """(n, 2) how far outwards and up the corners of the mouth are."""
    corners = shapes[:, list(MOUTH_CORNERS)]
    return np.asarray(corners[:, :, 0] * (-1, 1) - corners[:, :, 1])


def lift(smile: Array, shape: Array) -> Array:
    """(n, 478) how far up a smile pulls the points of the face, in face heights.

    Args:
        smile: (n, 2) as in `smiles`.
        shape: (478, 3) the portrait's own, canonical.
    """
    away = np.linalg.norm(shape[:, None, :2] - shape[None, list(CHEEKS), :2], axis=2) / STYLE.lift_reach
    return np.asarray(STYLE.lift * smile @ np.exp(-0.5 * away.T**2))
