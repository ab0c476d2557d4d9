"""Who is who from frame to frame: by where a face is going, how large it is and what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array, Box
from landmarks.base import Image
from landmarks.windows import centre, side

REACH = 0.8
"""How far from its predicted place a face may appear in the next frame, in face sizes."""
DRIFT = 0.3
"""How much further for every frame that it was not seen."""
SIZE_RATIO = 1.8
"""How much larger or smaller it may have become."""
LOOK_WEIGHT = 6.0
"""Cost of a difference in looks of 1 (black against white), in face sizes of distance."""
LOOK_LIMIT = 0.25
"""Faces that differ by more are two people."""
LOOK_SIDE = 6
LOOK_MEMORY = 0.9
VELOCITY_MEMORY = 0.5
_REFUSED = 1e6


def appearance(image: Image, face: Face) -> Array:
    """What a face looks like, coarsely: (LOOK_SIDE, LOOK_SIDE, 3), 0..1. Tells two people apart, not one of many."""
    x0, y0, x1, y1 = face.box
    height, width = image.shape[:2]
    box = Box(int(x0), int(y0), int(x1) + 1, int(y1) + 1).clipped(width, height)
    if box.width < 1 or box.height < 1:
        return np.full((LOOK_SIDE, LOOK_SIDE, 3), 0.5)
    part = cv2.resize(image[box.slices], (LOOK_SIDE, LOOK_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(part, np.float64) / 255


@dataclass(eq=False)
class Person:
    """One person as last seen."""

    face: Face
    look: Array
    velocity: Array = field(default_factory=lambda: np.zeros(2))
    unseen: int = 0

    def cost(self, face: Face, look: Array) -> float:
        """How unlikely it is that this is the person in the next frame; _REFUSED if it cannot be."""
        size = side(self.face.box)
        coming = centre(self.face.box) + self.velocity * (self.unseen + 1)
        away = float(np.linalg.norm(centre(face.box) - coming)) / size
        growth = abs(float(np.log(side(face.box) / size)))
        change = float(np.abs(look - self.look).mean())
        if away > REACH + DRIFT * self.unseen or growth > np.log(SIZE_RATIO) or change > LOOK_LIMIT:
            return _REFUSED
        return away + growth + LOOK_WEIGHT * change

    def seen(self, face: Face, look: Array) -> None:
        """Take over what the next frame shows of the person."""
        moved = (centre(face.box) - centre(self.face.box)) / (self.unseen + 1)
        self.velocity = VELOCITY_MEMORY * self.velocity + (1 - VELOCITY_MEMORY) * moved
        self.look = LOOK_MEMORY * self.look + (1 - LOOK_MEMORY) * look
        self.face, self.unseen = face, 0


class People:
    """Everyone in a video. All are kept apart, so that nobody takes the place of the one who is chosen.

    Args:
        patience: frames after which somebody not seen is forgotten.
    Attributes:
        keep: who is never forgotten, however long away.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self.keep: Person | None = None
        self._people: list[Person] = []

    def step(self, faces: Sequence[Face], looks: Sequence[Array]) -> list[Person]:
        """Whose faces the next frame shows.

        Args:
            faces, looks: matched; looks from `appearance`.
        Returns: one person per face, the same object in every frame.
        """
        costs = np.array(
            [[person.cost(face, look) for face, look in zip(faces, looks, strict=True)] for person in self._people]
        ).reshape(len(self._people), len(faces))
        owners: dict[int, Person] = {}
        for row, column in _pairs(costs):
            if costs[row, column] < _REFUSED:
                owners[column] = self._people[row]
        for person in self._people:
            person.unseen += 1
        for column, (face, look) in enumerate(zip(faces, looks, strict=True)):
            if column in owners:
                owners[column].unseen -= 1
                owners[column].seen(face, look)
            else:
                owners[column] = Person(face, look)
                self._people.append(owners[column])
        self._people = [person for person in self._people if person.unseen <= self._patience or person is self.keep]
        return [owners[column] for column in range(len(faces))]


def _pairs(costs: Array) -> list[tuple[int, int]]:
    """Rows with their columns, so that all costs together are the least."""
    if costs.size <= 1:
        return [(0, 0)] * costs.size
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  (half a second, for clips of several people)

    rows, columns = linear_sum_assignment(costs)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
