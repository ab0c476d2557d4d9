"""What the pixels of a composited face show: flicker, background, seam, clipping."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import HeadFrame

Image = NDArray[np.uint8]
Thumb = NDArray[np.float32]
Bounds = tuple[int, int, int, int]

THUMB = 160
PERSON, REACHED, LEAST = 5, 0.12, 0.02
"""Opacity, of 255, from which a pixel shows a person; face heights around it that a head covers now and then; and
the least share of a region that says something of a wall."""
FILLED = 0.1
"""A head that leaves less of its crop free than this fills the picture: there is no background to speak of."""


def face_box(head: HeadFrame) -> Bounds:
    """x0, y0, x1, y1 of the square in which a face's surface is measured."""
    half = 0.6 * head.height
    x, y = head.centre
    return int(x - half), int(y - half), int(x + half), int(y + half)


def all_of(image: Image) -> Bounds:
    """The whole picture, as bounds."""
    return 0, 0, image.shape[1], image.shape[0]


def part_of(image: Image, box: Bounds) -> Image:
    """What of the box lies inside the picture, at least one pixel."""
    x0, y0, x1, y1 = box
    return image[max(0, y0) : max(1, y1), max(0, x0) : max(1, x1)]


def thumbnail(image: Image, box: Bounds) -> Thumb:
    """The box, shrunk to THUMB pixels a side."""
    return np.asarray(cv2.resize(part_of(image, box), (THUMB, THUMB), interpolation=cv2.INTER_AREA), np.float32)


def flicker(thumbs: Sequence[Thumb]) -> float:
    """How far each inner frame is from the mean of its neighbours, in percent of the mean brightness."""
    stack = np.stack(thumbs)
    return float(np.abs(stack[1:-1] - (stack[:-2] + stack[2:]) / 2).mean() / max(float(stack.mean()), 1.0) * 100)


def around_head(size: tuple[int, int], head: HeadFrame) -> NDArray[np.bool_]:
    """(H, W) what of a region of (width, height) `size` lies outside the head; nothing where the head fills it."""
    across = (np.arange(size[0]) - head.centre[0]) / (0.85 * head.height)
    down = (np.arange(size[1])[:, None] - head.centre[1] + 0.05 * head.height) / (1.1 * head.height)
    mask = across**2 + down**2 > 1
    return mask if mask.mean() >= FILLED else np.zeros_like(mask)


def behind(opacity: NDArray[np.uint8], height: float) -> NDArray[np.bool_]:
    """(H, W) what lies behind a person, out of the reach of a head that turns a little; nothing where there is little.

    Args:
        opacity: (H, W) of the person.
        height: of the face, pixels.
    """
    distance = cv2.distanceTransform((opacity < PERSON).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    mask = np.asarray(distance > REACHED * height)
    return mask if mask.mean() >= LEAST else np.zeros_like(mask)


def squared_error(a: Image, b: Image, mask: NDArray[np.bool_]) -> float:
    """Mean squared difference, levels, inside the mask; NaN where it is empty."""
    if not mask.any():
        return float("nan")
    pixels = mask.astype(np.uint8)
    return float(cv2.norm(a, b, cv2.NORM_L2SQR, pixels) / (a.shape[2] * cv2.countNonZero(pixels)))


def decibels(squared: float) -> float:
    """PSNR in dB of a mean squared error in levels, 100 at most."""
    return 10 * float(np.log10(255**2 / max(squared, 255**2 * 1e-10)))


def clipped(image: Image, box: Bounds) -> float:
    """Share of the box's pixels that are black or white in all channels."""
    part = np.ascontiguousarray(part_of(image, box))
    black, white = cv2.inRange(part, (0, 0, 0), (2, 2, 2)), cv2.inRange(part, (253,) * 3, (255,) * 3)
    return float((cv2.countNonZero(black) + cv2.countNonZero(white)) / max(black.size, 1))
