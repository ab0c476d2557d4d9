"""Scaling pictures without aliasing, the same way for a whole picture and for a part of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Array, Box, apply_affine, invert_affine

Image = NDArray[np.uint8]


def blur_for(scale: float) -> float:
    """The Gaussian sigma, in source pixels, that keeps a picture shrunk by `scale` (below 1) from aliasing.

    A pixel of the result averages about 1/scale source pixels; the cubic kernel itself already blurs by about half.
    """
    return 0.5 * float(np.sqrt(max(0.0, 1 / scale**2 - 1)))


def warp_affine(image: Image, affine: Array, size: tuple[int, int], *, border: int = cv2.BORDER_REPLICATE) -> Image:
    """The picture through an affine, filtered before it is shrunk.

    Args:
        image: (H, W, C) uint8.
        affine: (2, 3), from the image's pixels to the result's.
        size: (width, height) of the result.
        border: how to go on beyond the image's edge (cv2.BORDER_*).
    """
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    sigma = blur_for(scale)
    if sigma > 0.2:
        image = smoothed(image, affine, size, sigma, border)
    warped = cv2.warpAffine(image, affine, size, flags=cv2.INTER_CUBIC, borderMode=border)
    return np.asarray(warped, np.uint8)


def smoothed(image: Image, affine: Array, size: tuple[int, int], sigma: float, border: int) -> Image:
    """The picture smoothed where `warp_affine` shows it; elsewhere it may hold anything.

    Args:
        sigma: of the Gaussian, pixels.
    """
    corners = np.array([(0, 0), (size[0], 0), (0, size[1]), size], np.float64)
    shown = apply_affine(invert_affine(affine), corners)
    reach = 4 * sigma + 3  # OpenCV's kernel ends at 3 sigma
    low, high = np.floor(shown.min(axis=0) - reach).astype(int), np.ceil(shown.max(axis=0) + reach).astype(int)
    seen = Box(*low.tolist(), *high.tolist()).clipped(image.shape[1], image.shape[0])
    if border == cv2.BORDER_REFLECT_101 or not (seen.width and seen.height):
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)
    soft = np.empty_like(image)
    soft[seen.slices] = cv2.GaussianBlur(image[seen.slices], (0, 0), sigma)
    return soft


def warp_light(light: NDArray[np.float32], affine: Array, places: NDArray[np.float32]) -> NDArray[np.float32]:
    """As `warp_affine`, of linear light: (H, W, C) float32, the picture's edge going on outside it.

    Args:
        places: (h, w, 2) where in the picture each pixel of the result lies, as the affine has it, or near to that.
    """
    sigma = blur_for(float(np.sqrt(abs(np.linalg.det(affine[:, :2])))))
    if sigma > 0.2:
        light = cv2.GaussianBlur(light, (0, 0), sigma)
    return np.asarray(cv2.remap(light, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)


def reduce_by(image: Image, by: int) -> Image:
    """Every `by` x `by` pixels averaged into one. Both sides must be multiples of `by`."""
    if by == 1:
        return image
    size = (image.shape[1] // by, image.shape[0] // by)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def enlarge(image: Image, size: tuple[int, int], into: Image | None = None) -> Image:
    """To (width, height) with a bicubic kernel: for enlarging, and for shrinking what `blur_for` has smoothed.

    Args:
        into: takes the result; None: an array of its own.
    """
    if (image.shape[1], image.shape[0]) == size:
        if into is None:
            return np.ascontiguousarray(image)
        into[:] = image
        return into
    return np.asarray(cv2.resize(image, size, into, interpolation=cv2.INTER_CUBIC), np.uint8)
