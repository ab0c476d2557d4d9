"""What a mouth does while it is hidden, from the frames before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face.canonical import Frame, Poses
from face.steadying import smooth
from face.topology import OUTER_LIPS
from foundation.facetrack import Face
from foundation.geometry import Array
from foundation.schemes import MEDIAPIPE_478

MOUTH_REACH = 0.06, 0.22
"""Face heights from the lips up to which a point's motion in the face is the mouth's, and from which none of it."""

SETTLED = 2.0
"""Frames of Gaussian smoothing of a mouth that is guessed."""
REACH = 8
"""Frames that it looks ahead and back."""


def smooth_step(share: Array) -> Array:
    """0 up to 0, 1 from 1 on, smooth at both ends."""
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def mouths_share(shape: Array) -> Array:
    """(478, 1) 0..1, how much of each point's motion in a face is the mouth's; `shape` is (478, 3), canonical."""
    lips = shape[list(OUTER_LIPS)]
    distance = np.linalg.norm(shape[:, None, :2] - lips[None, :, :2], axis=2).min(axis=1)
    return smooth_step((MOUTH_REACH[1] - distance) / (MOUTH_REACH[1] - MOUTH_REACH[0]))[:, None]


@dataclass(frozen=True)
class Gap:
    """Frames, one after the other, in which a mouth is hidden.

    Attributes:
        length: how many.
        ease: frames from each end in which nothing that was measured is taken.
        before, after: (478, 3) the faces in the frames around them, each if there is one in the shot.
        like: (478, 3) a face of the shot, whose pose mouths are brought into.
    """

    length: int
    ease: float
    before: Array | None
    after: Array | None
    like: Array

    def bridged(self, points: Array, steps: Array) -> Array:
        """(n, 478, 3) the faces of some frames, from what the mouth does at one end to what it does at the other.

        Heads go on. Further than `ease` from both ends, what was measured passes back in, made smooth: a network that
        sees jaw and cheeks knows more of a mouth that is hidden for long than the frames around, but its guesses jump.

        Args:
            points: (n, 478, 3) as measured; those within REACH of a row have a say in it.
            steps: (n,) how many frames each lies after the last one that is not hidden.
        """
        every = slice(0, len(points))
        poses = Poses.between(points, self.like)
        own = poses.remove(points, every)
        wanted, measured = self._held(steps)
        wanted = wanted + measured[:, None, None] * (smooth(own, SETTLED) - wanted)
        frame = Frame.of(Face(self.like, MEDIAPIPE_478, np.zeros(0), np.eye(4)))
        return poses.restore(own + mouths_share(frame.canonical(self.like)) * (wanted - own), every)

    def _held(self, steps: Array) -> tuple[Array, Array]:
        """What the ends alone make of the frames, (n, 478, 3) or (1, 478, 3); and (n,) 0..1 how little that counts."""
        near = [self._in_pose(end) for end in (self.before, self.after) if end is not None]
        away = np.full(len(steps), np.inf)
        if self.before is not None:
            away = np.minimum(away, steps)
        if self.after is not None:
            away = np.minimum(away, self.length + 1 - steps)
        measured = smooth_step(away / self.ease - 1)
        if len(near) < 2:
            return (near[0] if near else self.like)[None], measured
        # from one end to the other; where that is far, only around the middle, so that each end is held first
        passed = np.clip((steps - (self.length + 1) / 2) / min(self.length + 1, 2 * self.ease) + 0.5, 0, 1)
        return near[0] + passed[:, None, None] * (near[1] - near[0]), measured

    def _in_pose(self, face: Array) -> Array:
        return Poses.between(face[None], self.like).remove(face[None], slice(0, 1))[0]
