"""How one scene becomes the next. Shares run from 0, all of the scene before, to 1, all of the scene after."""

from __future__ import annotations

import cv2
import numpy as np

from foundation.geometry import Image

SOFT = 0.04
"""Width of a wipe's edge, of the way that it goes."""


def crossfade(before: Image, after: Image, share: float, direction: str = "") -> Image:
    """Both pictures, mixed."""
    return np.asarray(cv2.addWeighted(before, 1 - share, after, share, 0), np.uint8)


def fade(before: Image, after: Image, share: float, direction: str = "") -> Image:
    """Down to black in the first half, up from black in the second."""
    picture, light = (before, 1 - 2 * share) if share < 0.5 else (after, 2 * share - 1)
    return np.asarray(cv2.convertScaleAbs(picture, alpha=light), np.uint8)


def wipe(before: Image, after: Image, share: float, direction: str = "left") -> Image:
    """A soft edge runs over the picture towards `direction`: left, right, up or down."""
    axis = 1 if direction in ("left", "right") else 0
    length = before.shape[axis]
    soft = max(2.0, SOFT * length)
    # how far each row or column lies along the edge's way; its middle has come to `edge`
    along = np.arange(length) + 0.5
    if direction in ("left", "up"):
        along = along[::-1]
    edge = share * (length + soft) - soft / 2
    weight = np.clip((edge - along) / soft + 0.5, 0, 1).astype(np.float32)
    shape = (1, -1) if axis == 1 else (-1, 1)
    weights = np.ascontiguousarray(np.broadcast_to(weight.reshape(shape), before.shape[:2]))
    return np.asarray(cv2.blendLinear(after, before, weights, 1 - weights), np.uint8)


TRANSITIONS = {"crossfade": crossfade, "fade": fade, "wipe": wipe}
"""By the manifest's names; a cut needs nothing."""
