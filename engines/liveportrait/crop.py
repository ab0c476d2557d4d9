"""The crop of a portrait as LivePortrait takes it."""

from __future__ import annotations

import numpy as np

from foundation.geometry import Array
from liveportrait import crops
from liveportrait.landmarks import recipe_landmarks


def portrait_affine(points: Array, size: int) -> Array:
    """(2, 3) from the picture to its crop: the published recipe, by our landmarks.

    Args:
        points: (478, 3) of the face, pixels.
        size: of the crop, pixels a side.
    """
    anchors = crops.Anchors.of(recipe_landmarks(points))
    matrix = crops.matrix_of(crops.box_of(anchors, crops.SOURCE_SCALE, crops.SOURCE_DOWN))
    return np.asarray(matrix[:2] * (size / crops.SIDE), np.float64)
