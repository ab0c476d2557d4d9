"""Rows of consecutive frames, driver above result, to be looked at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bench._media import Image
from foundation.facetrack import head_frame


def close_up(image: Image, points: NDArray[np.floating], scheme: str, side: int, reach: float) -> Image:
    """A square of `side` pixels around a face, `reach` face heights to each side."""
    head = head_frame(points, scheme)
    half = max(reach * head.height, 1.0)
    scale = side / (2 * half)
    x, y = head.centre
    affine = np.array([[scale, 0, -(x - half) * scale], [0, scale, -(y - half) * scale]])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.warpAffine(image, affine, (side, side), flags=method), np.uint8)


def strip(rows: list[list[Image]]) -> Image:
    """Rows of equally large pictures as one."""
    return np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)
