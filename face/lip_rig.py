"""A face made by its measures: lips, brows, lids and gaze to the 478 points of the mesh.

Eight measures of a face move its points linearly: fitted by ridge regression on clips of people who speak and sing,
pose removed, each clip less its mean and of the same weight, made symmetric. They explain nine tenths of how lips move
on a clip that was not fitted; the blendshape scores of a face tracker explain two thirds.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from face.topology import EYES, INNER_LOWER, INNER_UPPER
from foundation.geometry import Array

LIPS = ("gap", "width", "protrusion", "upper_lip", "corner", "lower_red", "upper_red")
"""Face heights against rest. gap: mean distance of the inner lips; width: of the corners; protrusion: of the lips
towards the camera; upper_lip and corner: how far they rise; lower_red, upper_red: the height of the red of each lip."""
GAP, WIDTH, PROTRUSION, UPPER_LIP, CORNER, LOWER_LIP, UPPER_RED = range(len(LIPS))
ROUNDNESS = 0.8
"""The gap's profile from corner to corner: a sine to this power."""
UPPER_LID, LOWER_LID = 0.86, 0.12
"""How far each lid goes over the eye's opening as it shuts."""


@cache
def _arrays() -> dict[str, NDArray[np.float64]]:
    file = resources.files(__package__).joinpath("lip_rig.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        return {name: data[name].astype(np.float64) for name in ("neutral", "basis", "follow")}


def neutral() -> Array:
    """(478, 3) the face at rest: canonical, in face heights."""
    return _arrays()["neutral"].copy()


def following(moved: Array) -> Array:
    """(n, 4) how upper_lip, corner, lower_red and upper_red move on real faces with (n, 3) gap, width, protrusion."""
    return np.asarray(moved @ _arrays()["follow"].T)


def shape(lips: Array, brow: float = 0.0, shut: float = 0.0, gaze: Array | None = None) -> Array:
    """(478, 3) a face, canonical, in face heights.

    Args:
        lips: (7,) as LIPS.
        brow: how far the brows rise, face heights.
        shut: the lids, 0 open .. 1 shut.
        gaze: (2,) where the irises go, right and down, in widths of an eye.
    """
    rig = _arrays()
    points = rig["neutral"] + np.tensordot(np.append(lips, brow), rig["basis"], 1)
    _part(points, float(lips[GAP]))
    for eye in EYES:
        upper, lower = list(eye.upper), list(eye.lower)
        opening = points[lower] - points[upper]
        points[lower] -= LOWER_LID * shut * opening
        points[upper] += UPPER_LID * shut * opening
        if gaze is not None:
            width = float(np.linalg.norm(points[eye.corners[1]] - points[eye.corners[0]]))
            points[list(eye.iris), :2] += gaze * width
    return np.asarray(points)


def _part(points: Array, gap: float) -> None:
    """Set the inner lips exactly as far apart as is asked for, in place."""
    upper, lower = list(INNER_UPPER[1:-1]), list(INNER_LOWER[1:-1])
    between = points[lower] - points[upper]
    lengths = np.linalg.norm(between, axis=1, keepdims=True)
    profile = np.sin(np.linspace(0, np.pi, len(INNER_UPPER)))[1:-1] ** ROUNDNESS
    wanted = (gap * profile / profile.mean())[:, None]
    # lips that lie on one another have no direction of their own
    direction = np.where(lengths > 0.01, between / np.maximum(lengths, 1e-9), np.array([0.0, 1.0, 0.0]))
    middle = (points[upper] + points[lower]) / 2
    points[upper], points[lower] = middle - direction * wanted / 2, middle + direction * wanted / 2
