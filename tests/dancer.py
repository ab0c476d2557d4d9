"""A dancer who is drawn: limbs that swing before a wall of bricks. No face is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.subject import Square
from landmarks.square import SquareBackend
from tests.synthetic import write_clip

INK, SHIRT = (40, 30, 60), (200, 70, 50)


def dancer(number: int = 0, size: tuple[int, int] = (256, 256), middle: tuple[float, float] | None = None) -> Image:
    """(H, W, 3) the dancer in frame `number`, as tall as seven tenths of the shorter side.

    Args:
        size: (width, height). middle: where the hips are; None: in the middle of the picture.
    """
    width, height = size
    image = _wall(size)
    unit, (x, y) = 0.7 * min(size) / 100, middle or (width / 2, height / 2)
    swing = 0.8 * np.sin(2 * np.pi * number / 16)

    def limb(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
        end = start[0] + length * np.sin(angle), start[1] + length * np.cos(angle)
        points = [
            tuple(round(16 * (at + unit * of)) for at, of in zip((x, y), place, strict=True)) for place in (start, end)
        ]
        cv2.line(image, points[0], points[1], INK, max(2, round(5 * unit)), cv2.LINE_AA, 4)
        return end

    for side in (-1, 1):
        knee = limb((4 * side, 2), side * 0.3 + 0.5 * swing, 24)
        limb(knee, 0.2 * side - 0.3 * swing, 24)
        elbow = limb((9 * side, -30), side * (1.2 + swing), 17)
        limb(elbow, side * (1.8 + swing), 15)
    body = np.array([[-9, -32], [9, -32], [7, 4], [-7, 4]]) * unit + (x, y)
    cv2.fillConvexPoly(image, np.rint(body).astype(np.int32), SHIRT, cv2.LINE_AA)
    head = round(x + 3 * unit * swing), round(y - 42 * unit)
    cv2.circle(image, head, max(2, round(8 * unit)), INK, -1, cv2.LINE_AA)
    return image


def _wall(size: tuple[int, int]) -> Image:
    rows, columns = np.mgrid[: size[1], : size[0]]
    shifted = columns + 16 * (rows // 16 % 2)
    mortar = (rows % 16 < 2) | (shifted % 32 < 2)
    light = 150 + 40 * np.sin(columns / size[0] * 3) + np.where(mortar, 30, 0)
    return np.clip(np.stack([light, 0.9 * light, 0.75 * light], axis=2), 0, 255).astype(np.uint8)


def write_dance(path: Path, frames: int, size: tuple[int, int] = (320, 240)) -> Path:
    """A lossless clip of the dancer, 25 frames a second."""
    pictures = [dancer(number, size) for number in range(frames)]
    write_clip(path, pictures, fps=25, codec="ffv1", pix_fmt="bgr0")
    return path


def squares(pictures: Sequence[Image]) -> FaceTrack:
    """All of each picture, as what is moved whole."""
    size = (pictures[0].shape[1], pictures[0].shape[0])
    return FaceTrack.of([SquareBackend(Square()).detect(picture)[0] for picture in pictures], size)
