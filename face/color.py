"""The colours of skin and lips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face.topology import SKIN
from foundation.geometry import Array, Image

Pixels = NDArray[np.float32]
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


def redness(pixels: Pixels | Array) -> Array:
    """(...) of (..., 3): (R - G) / (R + G + B), which light and shade change little."""
    return np.asarray((pixels[..., 0] - pixels[..., 1]) / _light(pixels))


def violetness(pixels: Pixels | Array) -> Array:
    """(...) of (..., 3): (B - G) / (R + G + B), which light and shade change little."""
    return np.asarray((pixels[..., 2] - pixels[..., 1]) / _light(pixels))


def _light(pixels: Pixels | Array) -> Array:
    """(...) R + G + B, at least 24; as NumPy's sum has it, to the bit, in a tenth of the time."""
    return np.maximum(pixels[..., 0] + pixels[..., 1] + pixels[..., 2], 24.0)
