"""A face made up from a few curves, for tests that need landmarks and no picture of anybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engines.base import Portrait
from face.motion import Motion
from face.topology import EYES, INNER_LOWER, INNER_UPPER, LIP_RINGS_LOWER, LIP_RINGS_UPPER, OVAL, POINTS
from foundation.facetrack import MEDIAPIPE_478, Face, FaceTrack

MOTION = Motion(smoothing=0.0)
Points = NDArray[np.float64]


def made_up_face(gap: float = 0.0, lids: float = 1.0, gaze: float = 0.0, height: float = 200.0) -> Points:
    """(478, 3) an egg with eyes and a mouth, centred on (160, 160); `gap` in face heights, `gaze` in eye widths."""
    random = np.random.default_rng(1)
    angle, radius = random.uniform(0, 2 * np.pi, POINTS), np.sqrt(random.uniform(0, 0.8, POINTS))
    points = np.stack([0.36 * radius * np.cos(angle), 0.48 * radius * np.sin(angle)], axis=1)
    turn = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    points[list(OVAL)] = np.stack([0.38 * np.sin(turn), -0.5 * np.cos(turn)], axis=1)
    along = np.linspace(-0.12, 0.12, len(INNER_UPPER))
    bow = gap / 2 * np.cos(along / 0.12 * np.pi / 2)
    for number, (above, below) in enumerate(zip(LIP_RINGS_UPPER, LIP_RINGS_LOWER, strict=True), 1):
        points[list(below)] = np.stack([along, 0.25 + bow + 0.01 * number], axis=1)
        points[list(above)] = np.stack([along, 0.25 - bow - 0.01 * number], axis=1)
    points[list(INNER_LOWER)] = np.stack([along, 0.25 + bow], axis=1)
    points[list(INNER_UPPER)] = np.stack([along, 0.25 - bow], axis=1)
    for eye, x in zip(EYES, (-0.16, 0.16), strict=True):
        row = np.linspace(-0.07, 0.07, 9)
        arc = 0.025 * np.cos(row / 0.07 * np.pi / 2)
        points[list(eye.lower_row)] = np.stack([x + row, -0.1 + arc], axis=1)
        points[list(eye.upper_row)] = np.stack([x + row, -0.1 + arc * (1 - 2 * lids)], axis=1)
        points[list(eye.crease)] = np.stack([x + row[1:-1], np.full(7, -0.15)], axis=1)
        points[list(eye.iris)] = np.array([x + 0.14 * gaze, -0.1]) + 0.025 * np.array(
            [[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]]
        )
    depth = -0.3 * np.sqrt(np.maximum(0, 1 - (points[:, 0] / 0.4) ** 2 - (points[:, 1] / 0.55) ** 2))
    return np.concatenate([points, depth[:, None]], axis=1) * height + [160, 160, 0]


def face_of(points: Points) -> Face:
    return Face(points, MEDIAPIPE_478, np.zeros(52), np.eye(4))


def track_of(frames: list[Points]) -> FaceTrack:
    count = len(frames)
    return FaceTrack(
        np.stack(frames),
        np.ones(count, bool),
        np.zeros((count, 52)),
        np.tile(np.eye(4), (count, 1, 1)),
        MEDIAPIPE_478,
        (320, 320),
    )


def picture() -> NDArray[np.uint8]:
    """Smooth noise: whatever moves shows."""
    coarse = np.random.default_rng(2).integers(60, 200, (20, 20, 3)).astype(np.uint8)
    return np.ascontiguousarray(np.kron(coarse, np.ones((16, 16, 1), np.uint8)))


def portrait_of(points: Points) -> Portrait:
    return Portrait(picture(), face_of(points), (True, True, True, True))
