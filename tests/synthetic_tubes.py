"""Clips to train on that are drawn by formula: a face-like pattern that nods, opens its mouth and shuts its eyes."""

from __future__ import annotations

import cv2
import numpy as np

from tpsmm.training import points as marks
from tpsmm.training.tubes import Tube

SIDE = 96
CENTRE, HEIGHT = 48.0, 40.0


def face_points(opening: float, lids: float, shift: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """(478, 2) in pixels: an oval with eyes and a mouth, open by `lids` and `opening`, in face heights."""
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.2, 0.2, (478, 2))
    outline = (10, *marks.LEFT_OVAL, 152, *marks.RIGHT_OVAL[::-1])
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, len(outline), endpoint=False)
    points[list(outline)] = np.stack([0.4 * np.cos(angle), 0.5 * np.sin(angle)], axis=1)
    for ring, reach, gap, y in (
        (marks.INNER_LIPS, 0.1, opening, 0.22),
        (marks.OUTER_LIPS, 0.13, opening + 0.08, 0.22),
        (marks.RIGHT_EYE, 0.07, lids, -0.1),
        (marks.LEFT_EYE, 0.07, lids, -0.1),
    ):
        across = np.linspace(np.pi, -np.pi, len(ring), endpoint=False)
        x = {marks.RIGHT_EYE: -0.17, marks.LEFT_EYE: 0.17}.get(ring, 0.0)
        wide = -reach if ring == marks.LEFT_EYE else reach
        points[list(ring)] = np.stack([x + wide * np.cos(across), y - gap / 2 * np.sin(across)], axis=1)
    return (points * HEIGHT + CENTRE + np.array(shift)).astype(np.float32)


def tube(name: str = "clip", frames: int = 12, seed: int = 0, real: bool = True) -> Tube:
    """A clip of `frames` frames; the seed decides its colours."""
    rng = np.random.default_rng(seed)
    skin, inside, white = rng.uniform(80, 220, 3), rng.uniform(0, 60, 3), rng.uniform(200, 255, 3)
    wall = rng.uniform(0, 255, (6, 6, 3)).astype(np.float32)
    backdrop = cv2.resize(wall, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC).clip(0, 255)
    shown, tracked = [], []
    for index in range(frames):
        phase = 2 * np.pi * index / frames
        shift = (3 * np.sin(phase), 2 * np.cos(phase))
        points = face_points(0.06 + 0.05 * np.sin(2 * phase), 0.05 + 0.04 * np.cos(phase), shift)
        picture = backdrop.copy()
        oval = (10, *marks.LEFT_OVAL, 152, *marks.RIGHT_OVAL[::-1])
        outlines = ((oval, skin), (marks.OUTER_LIPS, skin / 2), (marks.INNER_LIPS, inside))
        for outline, colour in (*outlines, (marks.RIGHT_EYE, white), (marks.LEFT_EYE, white)):
            at = np.round(points[list(outline)] * 16).astype(np.int32)
            cv2.fillPoly(picture, [at], colour.tolist(), cv2.LINE_AA, 4)
        shown.append(picture.astype(np.uint8))
        tracked.append(points)
    return Tube(name, name, real, np.stack(shown), np.stack(tracked))
