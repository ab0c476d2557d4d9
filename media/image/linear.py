"""Linear light: what mixes as light does, for blending and resampling."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = 1 << 14


@cache
def linear_light() -> NDArray[np.float32]:
    """(256,) the light of each 8-bit level, 0..1: the sRGB curve undone (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _back() -> NDArray[np.uint8]:
    """Square roots of linear light, in LEVELS steps, as sRGB levels: roots spread the dark tones out."""
    light = (np.arange(LEVELS) / (LEVELS - 1)) ** 2
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(value * 255), np.uint8)


def to_linear(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB, uint8, as linear light, 0..1."""
    return np.asarray(cv2.LUT(image, linear_light()), np.float32).reshape(image.shape)


def to_srgb(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light as sRGB, uint8; what lies outside 0..1 is cut off. Undoes `to_linear` exactly."""
    roots = np.clip(light, 0, 1)
    np.sqrt(roots, out=roots)
    roots *= np.float32(LEVELS - 1)
    return _back().take(np.rint(roots, out=roots).astype(np.uint16), mode="clip")  # else it checks every one
