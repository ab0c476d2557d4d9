"""A face made up from a few curves, for tests that need landmarks and no picture of anybody."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.base import Portrait
from face.motion import Motion
from face.topology import EYES, INNER_LOWER, INNER_UPPER, LIP_RINGS_LOWER, LIP_RINGS_UPPER, OUTER_LIPS, OVAL, POINTS
from foundation.facetrack import Face, FaceTrack
from foundation.schemes import MEDIAPIPE_478

MOTION = Motion(smoothing=0.0)
Points = NDArray[np.float64]
Inside = Literal["teeth", "dark", "lip"]
DAYLIGHT, CANDLE = (230.0, 230.0, 230.0), (170.0, 110.0, 60.0)
REFLECTS = {
    "skin": (0.80, 0.62, 0.52),
    "lip": (0.66, 0.38, 0.36),
    "white": (0.62, 0.60, 0.60),
    "iris": (0.15, 0.10, 0.08),
    "tooth": (0.72, 0.67, 0.58),
    "seam": (0.38, 0.20, 0.19),
    "dark": (0.09, 0.04, 0.04),
}
"""What of the light each part of a painted face gives back, by channel."""


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


def painted_face(
    points: Points, light: tuple[float, float, float], *, inside: Inside = "lip", lit_from: float = 0.0
) -> NDArray[np.uint8]:
    """(320, 320, 3) the face in flat colours, in a light: skin, lips, whites, irises, and what its mouth shows.

    Args:
        inside: what is between the inner lips: teeth above the dark, dark alone, or lips with a seam.
        lit_from: how much lighter it is at the mouth's right end than at its middle.
    """
    image = np.full((320, 320, 3), REFLECTS["skin"])

    def paint(contour: Points, what: str) -> None:
        color = tuple(float(value) for value in REFLECTS[what])
        cv2.fillPoly(image, [np.round(contour[:, :2]).astype(np.int32)], color)

    paint(points[list(OUTER_LIPS)], "lip")
    for eye in EYES:
        paint(points[[*eye.upper_row, *eye.lower_row[-2:0:-1]]], "white")
        paint(points[list(eye.iris[1:])], "iris")
        brow = np.round(points[list(eye.crease), :2] - [0, 6]).astype(np.int32)
        cv2.polylines(image, [brow], False, REFLECTS["dark"], 8)
    upper, lower = points[list(INNER_UPPER)], points[list(INNER_LOWER)]
    if inside == "lip":
        cv2.polylines(image, [np.round((upper + lower)[:, :2] / 2).astype(np.int32)], False, REFLECTS["seam"], 1)
    else:
        paint(np.concatenate([upper, lower[-2:0:-1]]), "dark")
    if inside == "teeth":
        paint(np.concatenate([upper, (upper + 0.7 * (lower - upper))[-2:0:-1]]), "tooth")
    along = (np.arange(320) - 160) / max(float(np.ptp(upper[:, 0])) / 2, 1.0)
    side = np.clip(1 + lit_from * along, 0.4, 1.6)[None, :, None]
    return np.clip(image * light * side, 0, 255).astype(np.uint8)


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
