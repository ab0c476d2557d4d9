"""Masks with soft edges: 0 where the picture stays, 1 where what is laid over it shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.crop import CropInfo
from foundation.facetrack import Face, head_frame
from foundation.schemes import SQUARE

HAIR, NECK = 1.9, 1.65
"""The head's outline with its hair, and the neck under the chin, are so much larger than the outline of the face."""
ROUNDING = 1e-5
"""A blur's weights add up to 1 but for so much at most."""

Mask = NDArray[np.float32]


def smoothstep(share: NDArray[np.floating]) -> Mask:
    """0 up to 0, 1 from 1 on, smooth at both ends."""
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def inner_ramp(size: tuple[int, int], edges: tuple[bool, ...], width: float) -> Mask:
    """(height, width) 0 along those sides that are among the `edges`, 1 from `width` pixels inwards.

    Args:
        size: (width, height).
        edges: left, top, right, bottom.
    """
    left, top, right, bottom = edges
    x, y = np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64)
    across = np.minimum(x if left else np.inf, x[::-1] if right else np.inf)
    down = np.minimum(y if top else np.inf, y[::-1] if bottom else np.inf)
    across, down = np.broadcast_to(across, x.shape)[None, :], np.broadcast_to(down, y.shape)[:, None]
    return np.where(across < down, *(smoothstep(inside / max(width, 1e-6)) for inside in (across, down)))


def crop_mask(crop: CropInfo, face: Face, feather: float) -> Mask:
    """(side, side) what shows of a resampled crop: a head, or, of a square that is moved whole, all but a blend of
    `feather` face heights along those of its sides that lie inside the picture.

    Args:
        face: in the crop's pixels.
    """
    if face.scheme == SQUARE:
        return inner_ramp(crop.size, crop.inner_edges, feather * head_frame(face.points, SQUARE).height)
    return head_mask(face, crop.size[0], feather)


def head_mask(face: Face, side: int, feather: float) -> Mask:
    """(side, side) 1 on the head, with its hair and the beginning of its neck, 0 from `feather` face heights outside it
    on, and along the sides of the square.

    Args:
        face: in the square's pixels, upright.
    """
    head = head_frame(face.points, face.scheme)
    centre = np.array(head.centre)
    from_centre = face.points[:, :2] - centre
    below = smoothstep(from_centre[:, 1] / (0.5 * head.height))[:, None]
    outline = centre + from_centre * (HAIR + (NECK - HAIR) * below)
    solid = np.zeros((side, side), np.uint8)
    hull = cv2.convexHull(outline.astype(np.float32))
    cv2.fillConvexPoly(solid, np.rint(hull * 16).astype(np.int32), 1, cv2.LINE_8, 4)
    width = max(feather * head.height, 1e-6)
    outside = cv2.distanceTransform(1 - solid, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ramp = cv2.GaussianBlur(smoothstep(1 - outside / width), (0, 0), max(0.1 * width, 0.3))
    ramp[ramp > 1 - ROUNDING] = 1  # or colours are compared all over the head, not where it ends
    return np.asarray(np.minimum(ramp, inner_ramp((side, side), (True,) * 4, width)), np.float32)
