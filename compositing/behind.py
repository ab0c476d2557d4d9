"""What is behind a person, as far as it can be guessed, and the person's own colours where both show."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.masks import smoothstep
from foundation.geometry import Image
from foundation.person import Person

HALO = 0.02, 0.06
"""Face heights around a person that move with it: up to the first wholly, up to the second less and less. What a matte
has missed of hair and cloth would stay behind otherwise, and be seen twice."""
RIM = 0.015
"""Face heights around a person that still show it: edges are soft."""
FACE = 120
"""Pixels; a picture with a larger face is filled in at a size at which it is so large."""
NEAR = 4.0
"""Pixels, there, from which a place is made up."""
COARSE = 480
"""Pixels of the longer side at which one of many pictures is filled in."""
SURE = 2.0
"""A coarser cell of which more than half is known is taken as known."""
SEEN = 5
"""Opacity, of 255, from which a pixel shows the person."""


def with_halo(opacity: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """(H, W) the opacity of what moves with a person.

    Args:
        opacity: (H, W) of the person.
        height: of the face, pixels.
    """
    solid, end = (share * height for share in HALO)
    outside = cv2.distanceTransform((opacity < 128).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ring = smoothstep((end - outside) / (end - solid))
    return np.maximum(opacity, np.rint(ring * 255).astype(np.uint8))


def without_person(picture: Image, opacity: NDArray[np.uint8], height: float) -> Image:
    """(H, W, 3) the picture without the person; where none is, bit for bit.

    Args:
        opacity: (H, W), how much of each pixel is the person.
        height: of the face, pixels.
    """
    reach = 2 * max(1, round(RIM * height)) + 1
    shown = (opacity >= SEEN).astype(np.uint8)
    hole = cv2.dilate(shown, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    if not hole.any() or hole.all():
        return picture
    by = max(1.0, height / FACE)
    size = max(1, round(picture.shape[1] / by)), max(1, round(picture.shape[0] / by))
    known = cv2.resize((1 - hole).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    light = cv2.resize(picture * (1 - hole)[:, :, None], size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = np.clip(np.rint(light / np.maximum(known, np.float32(1e-3))[:, :, None]), 0, 255).astype(np.uint8)
    filled = cv2.inpaint(small, (known < 0.5).astype(np.uint8), NEAR, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(opacity[:, :, None] > 0, large, picture)


def passing(picture: Image, opacity: NDArray[np.uint8]) -> Image:
    """(H, W, 3) one of many pictures without the person: as `without_person`, in a fraction of the time, and smoother.

    What is hidden is filled from coarser and coarser means of what is around it (Gortler and others, SIGGRAPH 1996).

    Args:
        opacity: (H, W), how much of each pixel is the person.
    """
    known = (opacity < SEEN).astype(np.float32)
    by = max(1.0, max(opacity.shape) / COARSE)
    size = max(1, round(picture.shape[1] / by)), max(1, round(picture.shape[0] / by))
    light = cv2.resize(picture.astype(np.float32) * known[:, :, None], size, interpolation=cv2.INTER_AREA)
    filled = _pulled(light, np.asarray(cv2.resize(known, size, interpolation=cv2.INTER_AREA), np.float32))
    large = cv2.resize(np.clip(np.rint(filled), 0, 255).astype(np.uint8), picture.shape[1::-1])
    return np.where(opacity[:, :, None] > 0, large, picture)


def guessed(picture: Image, opacity: NDArray[np.uint8], height: float) -> Person:
    """What of one of many pictures moves with its person, and what is behind that.

    Args:
        opacity: (H, W) of the person.
        height: of the face, pixels.
    """
    moving = with_halo(opacity, height)
    return Person(moving, passing(picture, moving))


def _pulled(light: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w, 3) the colours where they are known, and guesses elsewhere.

    Args:
        light: (h, w, 3) the colours, times how far they are known.
    """
    height, width = known.shape
    colours = light / np.maximum(known, np.float32(1e-4))[:, :, None]
    if max(height, width) == 1:
        return np.asarray(colours, np.float32)
    surely = np.minimum(known * SURE, 1)[:, :, None]
    size = (width + 1) // 2, (height + 1) // 2
    share = np.asarray(cv2.resize(surely[:, :, 0], size, interpolation=cv2.INTER_AREA), np.float32)
    around = _pulled(cv2.resize(colours * surely, size, interpolation=cv2.INTER_AREA), share)
    guess = cv2.resize(around, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(colours * surely + guess * (1 - surely), np.float32)


def parted(picture: Image, opacity: NDArray[np.uint8], behind: Image) -> tuple[Image, Image]:
    """(H, W, 3) twice: a person's colours, and what is behind; the first laid over the second gives the picture.

    Args:
        behind: (H, W, 3) a guess, from which the second differs only as far as colours need be stronger than white or
            black: fine structure of a wall that hardly shows the person stays with the wall.
    """
    laid, under = picture.copy(), picture.copy()
    cv2.copyTo(behind, cv2.compare(opacity, 255, cv2.CMP_EQ), under)
    mixed = np.flatnonzero((opacity > 0) & (opacity < 255))
    own, rest, whole, guess = (each.reshape(-1, 3) for each in (laid, under, picture, behind))
    share = opacity.ravel()[mixed].astype(np.float32)[:, None] * np.float32(1 / 255)
    both, wall = whole[mixed].astype(np.float32), guess[mixed]
    colours = np.clip(wall + (both - wall) / share, 0, 255)
    own[mixed], rest[mixed] = np.rint(colours), np.rint(np.clip((both - share * colours) / (1 - share), 0, 255))
    return laid, under
