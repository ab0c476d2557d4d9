"""What the performer does: the whole clip's landmarks as head motion, lip gaps, eye openness and gaze."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from face.canonical import Frame, Poses, head_rotation, head_rotations
from face.features import SHUT_EYE, as_usual, features, openness_of
from face.motion import Motion
from face.steadying import CALM, Steadied, smooth, spans
from face.topology import CHIN, FOREHEAD, INNER_LOWER, INNER_UPPER, MOUTH_CORNERS
from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.geometry import Array

BLINK = (9, 10)
EXPRESSIVE = (1, 2, 3, 6, 29, 30, 32, 33, 38, 39, 44, 45)
"""MediaPipe blendshapes that a resting face does not show: brows, cheek, frown, funnel, pucker, smile."""


@dataclass(frozen=True)
class Rest:
    """What a performer's motion is measured from. Lengths in the performer's face heights.

    Attributes:
        points: (478, 3) landmarks of the reference, smoothed, pixels of the driving frames.
        frame: where the reference head is.
        shape: (478, 3) the reference, canonical.
        turn: (3,), shift: (3,) and growth: of the head, that count as none.
        wide, shut: (2,) lid gaps over eye widths of eyes as open as usual, and of shut ones.
        gaze: (2, 2) of the reference.
        closed_gap: inner-lip gap that still counts as a shut mouth.
    """

    points: Array
    frame: Frame
    shape: Array
    turn: Array
    shift: Array
    growth: float
    wide: Array
    shut: Array
    gaze: Array
    closed_gap: float


@dataclass(frozen=True)
class Performance:
    """The driving clip, analysed. N frames; lengths in the performer's face heights.

    Attributes:
        steady: the landmarks, pixels of the driving frames.
        reference: the frame that corresponds to the portrait as it is.
        rest: what that frame, and what is usual in the clip, say of the face at rest.
        poses: what brings each frame onto it.
        absolute: whether `turn` starts from a frontal head (the manifest's mode), not from the head at rest.
        turn: (N, 3) rotation vectors in the head's own axes.
        shift: (N, 3) of the head, zero at rest.
        growth: (N,) log of its size against rest.
        openness: (N, 2) of the eyes, 0 shut, 1 as open as usual.
        gaze: (N, 2, 2) iris against its eye's middle, along and across, in eye widths.
        expression: (B,) blendshapes of the reference.
    """

    steady: Steadied
    reference: int
    rest: Rest
    poses: Poses
    absolute: bool
    turn: Array
    shift: Array
    growth: Array
    openness: Array
    gaze: Array
    expression: Array

    def __len__(self) -> int:
        return len(self.track)

    @property
    def track(self) -> NDArray[np.floating]:
        """(N, 478, 3) landmarks as measured."""
        return self.steady.track

    @property
    def sigma(self) -> float:
        """Of their smoothing, frames."""
        return self.steady.sigma

    def points(self, span: slice) -> Array:
        """(n, 478, 3) landmarks of the frames `span`, smoothed: not to be written to."""
        return self.steady(span)

    def shapes(self, span: slice) -> Array:
        """(n, 478, 3) canonical shapes of the frames `span`."""
        return self.rest.frame.canonical(self.poses.remove(self.points(span), span))

    def going_on(self, track: FaceTrack) -> Performance:
        """The same performer in other frames, measured from the same rest; `reference` is of none of them.

        What is smoothed over time takes the last frame to stand still, so that it needs none that comes after it.
        """
        steady = Steadied(track.points, self.sigma)
        poses = _poses(steady, self.rest.points)
        turn, shift, growth = _head_motion(self.rest.frame, poses, CALM * self.sigma)
        looks = features(steady, self.rest.frame, poses)
        openness = openness_of(looks.lids(self.rest.wide, self.sigma), self.rest.wide, self.rest.shut)
        return replace(
            self,
            steady=steady,
            poses=poses,
            turn=(_absolute(self.rest.frame, turn) if self.absolute else turn) - self.rest.turn,
            shift=shift - self.rest.shift,
            growth=growth - self.rest.growth,
            openness=openness,
            gaze=looks.gaze(openness, self.sigma),
        )


def analyse(track: FaceTrack, motion: Motion) -> Performance:
    """Read the performance off the clip's landmarks.

    Raises:
        InputError: the reference frame that was asked for is not in the clip.
    """
    sigma = motion.smoothing
    reference = choose_reference(track, motion.reference)
    steady = Steadied(track.points, sigma)
    at_reference = steady(slice(reference, reference + 1))[0]
    frame = Frame.at(head_rotation(track.face(reference)), at_reference)
    poses = _poses(steady, at_reference)
    turn, shift, growth = _head_motion(frame, poses, smoothing=CALM * sigma)
    absolute = motion.mode == "absolute"
    if absolute:
        turn, still = _absolute(frame, turn), np.zeros(3)
    else:
        still = np.asarray(np.median(turn, axis=0) if motion.reference == "best" else turn[reference])
    looks = features(steady, frame, poses)
    wide = as_usual(looks.steady)
    lids = looks.lids(wide, sigma)
    shut = np.minimum(SHUT_EYE * wide, lids.min(axis=0) + 0.02)
    openness = openness_of(lids, wide, shut)
    gaze = looks.gaze(openness, sigma)
    alone = slice(reference, reference + 1)
    rest = Rest(
        points=at_reference,
        frame=frame,
        shape=frame.canonical(poses.remove(at_reference[None], alone))[0],
        turn=still,
        shift=np.median(shift, axis=0),
        growth=float(np.median(growth)),
        wide=wide,
        shut=shut,
        gaze=gaze[reference],
        closed_gap=min(float(np.percentile(looks.gaps, 3)), 0.012),
    )
    return Performance(
        steady=steady,
        reference=reference,
        rest=rest,
        poses=poses,
        absolute=absolute,
        turn=turn - still,
        shift=shift - rest.shift,
        growth=growth - rest.growth,
        openness=openness,
        gaze=gaze,
        expression=np.asarray(track.blendshapes[reference], np.float64),
    )


def _poses(steady: Steadied, onto: Array) -> Poses:
    """What brings each frame onto the landmarks of the reference."""
    parts = [Poses.between(steady(span), onto) for span in spans(len(steady.track))]
    return Poses.joined(parts)


def _absolute(frame: Frame, turn: Array) -> Array:
    """(N, 3) the turns of a head whose rotation at rest is the frame's, from a frontal one."""
    return np.stack([log_rotation(frame.rotation @ exp_rotation(vector)) for vector in turn])


def log_rotation(rotation: Array) -> Array:
    """(3,) rotation vector."""
    return cv2.Rodrigues(np.ascontiguousarray(rotation, np.float64))[0].ravel()


def exp_rotation(vector: Array) -> Array:
    """(3, 3) of a rotation vector."""
    return cv2.Rodrigues(np.ascontiguousarray(vector, np.float64).reshape(3, 1))[0]


def choose_reference(track: FaceTrack, wanted: str | int) -> int:
    """The driving frame that looks most like a calm face at rest, or the one asked for."""
    count = len(track)
    if wanted == "first":
        return 0
    if wanted != "best":
        if not 0 <= int(wanted) < count:
            told = f"motion.reference: frame {wanted} is not in the clip; it has frames 0 to {count - 1}"
            raise InputError(told, cure="choose another frame, or best")
        return int(wanted)
    ends = [FOREHEAD, CHIN, INNER_UPPER[5], INNER_LOWER[5], *MOUTH_CORNERS]
    top, chin, upper, lower, left, right = np.asarray(track.points[:, ends], np.float64).transpose(1, 0, 2)
    heights = np.maximum(np.linalg.norm(top - chin, axis=1), 1e-3)
    gap = np.linalg.norm(upper - lower, axis=1) / heights
    width = np.linalg.norm(left - right, axis=1) / heights
    usual = max(float(np.percentile(width, 60)), 1e-3)
    cost = 12 * np.abs(width - usual) / usual + 3 * (gap - gap.min()) / max(0.05, float(np.ptp(gap)))
    if track.blendshapes.shape[1] > max(EXPRESSIVE):
        blink = track.blendshapes[:, list(BLINK)].max(axis=1)
        cost += 2 * np.abs(blink - np.percentile(blink, 20)) + 0.5 * track.blendshapes[:, list(EXPRESSIVE)].sum(axis=1)
    rotations = head_rotations(track.pose, lambda index: np.asarray(track.points[index], np.float64))
    turn = np.array([log_rotation(rotation) for rotation in rotations])
    cost += 2 * np.linalg.norm(turn - np.median(turn, axis=0), axis=1)
    cost[~track.shows_mouth] += 10
    return int(np.argmin(cost))


def _head_motion(frame: Frame, poses: Poses, smoothing: float) -> tuple[Array, Array, Array]:
    """Rotation vectors in the head's own axes, shifts and log sizes, all against the reference."""
    turn = np.stack([log_rotation(frame.rotation.T @ rotation.T @ frame.rotation) for rotation in poses.rotation])
    centres = np.einsum("nji,nj->ni", poses.rotation, frame.centre - poses.shift) / poses.scale[:, None]
    shift = (centres - frame.centre) / frame.height
    growth = -np.log(poses.scale)
    return smooth(turn, smoothing), smooth(shift, smoothing), smooth(growth, smoothing)
