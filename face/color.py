"""Skin tones, and how one face's colours are carried to another's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face.topology import SKIN
from foundation.geometry import Array, Image

LIPS = (74, 73, 72, 302, 303, 304, 89, 86, 319, 90, 85, 320)
"""Points on the red of the lips."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def skin_tone(image: Image, points: Array) -> Array:
    """(3,) colour of the bare skin around a face's SKIN points."""
    return tone(image, points, SKIN)


def lip_tone(image: Image, points: Array) -> Array:
    """(3,) colour of the lips."""
    return tone(image, points, LIPS)


def tone(image: Image, points: Array, where: tuple[int, ...]) -> Array:
    """(3,) median colour around the points `where` of a face, at least 1 in every channel."""
    reach = max(1, round(0.008 * float(np.ptp(points[:, 1]))))
    samples = []
    for x, y in points[list(where), :2]:
        column, row = round(float(x)), round(float(y))
        if 0 <= column < image.shape[1] and 0 <= row < image.shape[0]:
            patch = image[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
            samples.append(patch.reshape(-1, 3).mean(axis=0))
    if not samples:
        samples = [image.reshape(-1, 3).mean(axis=0)]
    return np.maximum(np.median(samples, axis=0), 1.0)


def transfer_matrix(source_skin: Array, driver_skin: Array) -> NDArray[np.float32]:
    """(3, 3) colour matrix that shows the performer's mouth in the portrait's light.

    Lightness follows the two skins; chroma is scaled by their saturations and half of the portrait's cast is added.
    """
    gain = float(np.clip(source_skin.mean() / driver_skin.mean(), 0.45, 1.3))
    saturation = [float(np.ptp(skin) / skin.mean()) for skin in (source_skin, driver_skin)]
    chroma = float(np.clip(saturation[0] / max(saturation[1], 0.02), 0.3, 1.1))
    casts = [skin / float(skin @ LUMA) - 1.0 for skin in (source_skin, driver_skin)]
    cast = 0.5 * (casts[0] - casts[1] * chroma)
    gray = np.tile(LUMA.astype(np.float64), (3, 1))
    matrix = gain * (gray * (1 - chroma) + chroma * np.eye(3) + cast[:, None] * gray)
    return matrix.astype(np.float32)


def recolor(pixels: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every pixel of an (h, w, 3) image through a (3, 3) colour matrix."""
    recolored: NDArray[np.float32] = cv2.transform(pixels, matrix)
    return recolored
