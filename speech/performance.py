"""Somebody made up who sings: mouth, head, brows, lids and gaze, frame by frame, as the landmarks of a face."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from face.canonical import IMAGE_FROM_METRIC
from face.lip_rig import CORNER, LOWER_LIP, UPPER_RED, WIDTH, neutral, shape
from face.performance import exp_rotation
from face.retargeting import upper_face
from foundation.facetrack import FaceTrack
from foundation.schemes import MEDIAPIPE_478
from speech.curves import Mouth, at_frames, mouth
from speech.motion import Motion, at_rest
from speech.phones import Phone

SIZE, HEIGHT = 640, 460.0
"""Pixels: of the frames that the landmarks lie in, and of the face in them."""
MIDDLE = np.array([SIZE / 2, 0.46 * SIZE, 0.0])
FAR = -40.0
"""Centimetres from the camera."""
BLINK_LEFT, BLINK_RIGHT, BLENDSHAPES = 9, 10, 52


class Mood(Enum):
    """What a face says beside the words."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"


_MOODS: dict[Mood, tuple[dict[int, float], float, float]] = {
    Mood.NEUTRAL: ({}, 0.0, 0.0),
    Mood.HAPPY: ({CORNER: 0.016, WIDTH: 0.014}, 0.004, -1.0),
    Mood.SAD: ({CORNER: -0.010, WIDTH: -0.006}, 0.006, 2.5),
    Mood.ANGRY: ({CORNER: -0.004, LOWER_LIP: -0.004, UPPER_RED: -0.003}, -0.014, 1.0),
}
"""Of each mood: channels of the lips and of the brows against rest, face heights; degrees that the head is lowered."""


@dataclass(frozen=True)
class Performance:
    """A driver made up, at a video's frames; frame 0 is a face at rest.

    Attributes:
        track: the face, in frames of SIZE x SIZE pixels.
        lips: (N, 7) what was asked of the mouth (face.lip_rig.LIPS).
    """

    track: FaceTrack
    lips: NDArray[np.float64]


def perform(
    says: Mouth, motion: Motion, fps: float, frames: int, *, mood: Mood = Mood.NEUTRAL, mouth_alone: bool = False
) -> Performance:
    """Somebody who moves so, `frames` long.

    Args:
        fps: frames a second.
        mood: held throughout, from the second frame on.
        mouth_alone: nothing moves from the eyes up, not even with the cheeks.
    """
    channels, brows, lowered = _MOODS[mood]
    keeps = upper_face(neutral())[:, None] * float(mouth_alone)
    lips = at_frames(says.lips, fps, frames)
    for channel, amount in channels.items():
        lips[:, channel] += amount
    brow = at_frames(motion.brow, fps, frames)[:, 0] + brows
    turn, shift, gaze = (at_frames(curve, fps, frames) for curve in (motion.turn, motion.shift, motion.gaze))
    turn[:, 0] += np.radians(lowered) * (not mouth_alone)
    shut = at_frames(motion.lids, fps, frames)[:, 0]
    for curve in (lips, brow, turn, shift, gaze, shut):
        curve[:1] = 0
    points, poses = np.empty((frames, 478, 3), np.float32), np.tile(np.eye(4), (frames, 1, 1))
    poses[:, 2, 3] = FAR
    for number in range(frames):
        rotation = exp_rotation(turn[number])
        middle = MIDDLE + HEIGHT * np.append(shift[number], 0)
        face = shape(lips[number], brow[number], shut[number], gaze[number])
        face += keeps * (neutral() - face)
        points[number] = HEIGHT * face @ rotation.T + middle
        poses[number, :3, :3] = IMAGE_FROM_METRIC @ rotation @ IMAGE_FROM_METRIC
    scores = np.zeros((frames, BLENDSHAPES), np.float32)
    scores[:, [BLINK_LEFT, BLINK_RIGHT]] = shut[:, None]
    tongue, teeth = (at_frames(curve, fps, frames) for curve in (says.tongue, says.teeth))
    inside = np.concatenate([tongue, teeth], axis=1).astype(np.float32)
    track = FaceTrack(points, np.ones(frames, bool), scores, poses, MEDIAPIPE_478, (SIZE, SIZE), inside=inside)
    return Performance(track, lips)


USUAL_MOUTHS = ("AA", "IY", "UW", "M", "AE", "AO", "F", "EH")


def rehearsal(frames: int) -> FaceTrack:
    """A face at rest and, frame by frame, the mouths of some usual phones."""
    said = [Phone(name, at + 0.8, at + 1.2) for at, name in enumerate(USUAL_MOUTHS)]
    lips = mouth(said, np.zeros(100 * (frames + 1)), frames)
    return perform(lips, at_rest(frames), 1.0, frames).track
