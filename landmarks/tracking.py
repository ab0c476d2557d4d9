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


@dataclass(frozen=True, kw_only=True)
class PersonLimits:
    """How far a person may change from frame to frame. Lengths are in face sizes.

    Set by hand; tests/unit/landmarks/test_tracking.py holds people who meet and part.

    Attributes:
        reach: how far from its predicted place a face may appear in the next frame; 0.5..1.
        drift: how much further for every frame that it was not seen.
        size_ratio: how many times larger or smaller it may have become; above 1.
        look_weight: cost of a difference in looks of 1 (black against white).
        look_limit: difference in looks, 0..1, from which faces are two people.
        look_memory: how much of a person's look is kept when the next one is seen, 0..1.
        velocity_memory: the same of the velocity.
    """

    reach: float = 0.8
    drift: float = 0.3
    size_ratio: float = 1.8
    look_weight: float = 6.0
    look_limit: float = 0.25
    look_memory: float = 0.9
    velocity_memory: float = 0.5


LIMITS = PersonLimits()

LOOK_SIDE = 6
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
        if (
            away > LIMITS.reach + LIMITS.drift * self.unseen
            or growth > np.log(LIMITS.size_ratio)
            or change > LIMITS.look_limit
        ):
            return _REFUSED
        return away + growth + LIMITS.look_weight * change

    def seen(self, face: Face, look: Array) -> None:
        """Take over what the next frame shows of the person."""
        moved = (centre(face.box) - centre(self.face.box)) / (self.unseen + 1)
        self.velocity = LIMITS.velocity_memory * self.velocity + (1 - LIMITS.velocity_memory) * moved
        self.look = LIMITS.look_memory * self.look + (1 - LIMITS.look_memory) * look
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
