"""A face that nobody filmed, drawn for people who look at it."""

from __future__ import annotations

import cv2
import numpy as np

from face.topology import EYES, INNER_LIPS, LIP_RINGS_UPPER, NOSE_BRIDGE, NOSE_TIP, OUTER_LIPS, OVAL, POINTS
from foundation.geometry import Array, Image

GROUND, SKIN, LINE, LIP, DARK, WHITE = (
    (24, 24, 24), (96, 84, 78), (190, 180, 170), (170, 96, 92), (30, 16, 18), (214, 208, 200)
)  # fmt: skip
BROWS = ((70, 63, 105, 66, 107), (336, 296, 334, 293, 300))
SHIFT = 4
"""Bits of the fraction of a pixel."""


def sketch(points: Array, size: tuple[int, int]) -> Image:
    """(H, W, 3) the face of (478, 3) landmarks, pixels of a picture that is `size`, (width, height); other points as
    dots."""
    image = np.full((size[1], size[0], 3), GROUND, np.uint8)
    thick = max(1, size[1] // 200)
    if len(points) != POINTS:
        places = np.asarray(points)[:, :2]
        inside = ((places >= 0) & (places <= np.array(size) - 1)).all(axis=1)  # a square's corners are not
        for x, y in np.round(places[inside] * (1 << SHIFT)).astype(int).tolist():
            cv2.circle(image, (x, y), 3 * thick << SHIFT, LINE, -1, cv2.LINE_AA, SHIFT)
        return image

    def place(numbers: tuple[int, ...]) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int32]]]:
        return [np.round(np.asarray(points)[list(numbers), :2] * (1 << SHIFT)).astype(np.int32)]

    def fill(numbers: tuple[int, ...], color: tuple[int, int, int]) -> None:
        cv2.fillPoly(image, place(numbers), color, cv2.LINE_AA, SHIFT)

    def line(numbers: tuple[int, ...]) -> None:
        cv2.polylines(image, place(numbers), False, LINE, thick, cv2.LINE_AA, SHIFT)

    fill(OVAL, SKIN)
    fill(OUTER_LIPS, LIP)
    fill(INNER_LIPS, DARK)
    for eye in EYES:
        fill((*eye.upper_row, *eye.lower_row[::-1]), WHITE)
        fill(eye.iris[1:], DARK)
        line(eye.upper_row)
    for numbers in (*BROWS, (NOSE_BRIDGE, NOSE_TIP), LIP_RINGS_UPPER[0]):
        line(numbers)
    return image
