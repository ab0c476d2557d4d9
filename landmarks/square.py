"""In place of a landmark backend, where a square of the picture is moved whole: its corners, and no face."""

from __future__ import annotations

import numpy as np

from foundation.errors import InputError
from foundation.facetrack import Face
from foundation.schemes import SQUARE
from foundation.subject import Square
from landmarks.base import Image, LandmarkBackend


class SquareBackend(LandmarkBackend):
    """Every picture shows one "face": the corners of a square, clockwise from the top left, at its pixels' outer edges.

    Args:
        square: which.
    """

    name = "square"
    scheme = SQUARE
    points = 4

    def __init__(self, square: Square) -> None:
        self._square = square

    def detect(self, image: Image, limit: int = 8) -> list[Face]:
        """Raises: InputError: nothing of the square lies inside the picture."""
        width, height = image.shape[1], image.shape[0]
        box = self._square.box((width, height))
        inside = box.clipped(width, height)
        if inside.width < 1 or inside.height < 1:
            told = f"crop {self._square.written} lies outside the picture, which has {width} x {height} pixels"
            raise InputError(told, cure="name a middle inside it")
        x0, y0, x1, y1 = (edge - 0.5 for edge in box.corners)
        corners = np.array([[x0, y0, 0.0], [x1, y0, 0.0], [x1, y1, 0.0], [x0, y1, 0.0]])
        return [Face(corners, SQUARE, np.zeros(0), np.eye(4))]

    def follow(self, image: Image, seconds: float, limit: int = 4) -> list[Face]:
        return self.detect(image, limit)

    def close(self) -> None:
        pass
