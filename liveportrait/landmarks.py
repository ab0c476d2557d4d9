"""The published recipe's 203 landmarks, of the 478 points of MediaPipe's face mesh.

The published code finds 203 landmarks with a network of its own, and a portrait's crop by 106 others. What it reads of
them is little: lids, eye corners, lips and mouth corners, for ratios and for the direction of the face, and the box
around them all, for the crop. Those places have their counterparts in the mesh; the rest of the 203 is filled with
points of the same outline: the jaw from ear to ear, brows, nose and lips, not the forehead.

What it changes: the crop's side and the ratios differ by as much as two finders of landmarks differ about jaw, brows
and lids. Relative motion does not see it, since portrait and driver are cut alike; ratios of open eyes and lips are
read for retargeting, for shutting lips (from 0.03 on) and for holding eyes (0.18, 0.39), and only there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]
MESH = 478
COUNT = 203
READ = {
    0: 33,
    6: 159,
    12: 133,
    18: 145,  # the left eye of the picture: corner, upper lid, corner, lower lid
    24: 362,
    30: 386,
    36: 263,
    42: 374,
    48: 61,
    66: 291,
    90: 13,
    102: 14,  # corners of the mouth; the inner lips' middle
}
# fmt: off
OUTLINE = (
    234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 6, 195, 4, 98, 327, 61, 291, 0, 17,
)
# fmt: on
"""Points of the mesh on jaw, brows, nose and lips."""
_NUMBERS = np.array([READ.get(k, OUTLINE[k % len(OUTLINE)]) for k in range(COUNT)])


def recipe_landmarks(mesh: Points) -> Points:
    """(..., 478, D) points of the mesh -> (..., 203, 2).

    Raises: ValueError for another number of points.
    """
    if mesh.ndim < 2 or mesh.shape[-2] != MESH or mesh.shape[-1] < 2:
        raise ValueError(f"landmarks: shape (..., {MESH}, 2 or more), not {mesh.shape}")
    return np.asarray(mesh[..., _NUMBERS, :2])
