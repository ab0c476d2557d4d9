"""What the performer does: the whole clip's landmarks as head motion, lip gaps, eye openness and gaze."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from face.canonical import Frame, Poses, head_rotation
from face.motion import Motion
from face.topology import (
    CHIN,
    EYES,
    FOREHEAD,
    INNER_LIPS,
    INNER_LOWER,
    INNER_UPPER,
    LIP_RINGS_LOWER,
    LIP_RINGS_UPPER,
    MOUTH_CORNERS,
    OUTER_LIPS,
    Eye,
)
from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.geometry import Array
from foundation.npy import BLOCK

BLINK = (9, 10)
EXPRESSIVE = (1, 2, 3, 6, 29, 30, 32, 33, 38, 39, 44, 45)
"""MediaPipe blendshapes that a resting face does not show: brows, cheek, frown, funnel, pucker, smile."""
OPEN_EYE = 0.12
"""Lid gap over eye width below which an eye is never taken for open."""
BLINK_CHANGE = 0.15
"""Share of an eye's opening that changes too fast to be noise."""
CALM = 2.0
"""How much more than lips and lids the head and the rest of the face are smoothed."""
_quick = sorted(
    {*INNER_LIPS, *OUTER_LIPS, *(i for ring in LIP_RINGS_UPPER + LIP_RINGS_LOWER for i in ring)}
    | {i for eye in EYES for i in (*eye.upper_row, *eye.lower_row, *eye.iris)}
)


@dataclass(frozen=True)
class Performance:
    """The driving clip, analysed. N frames; lengths in the performer's face heights.

    Attributes:
        track: (N, 478, 3) as measured, pixels of the driving frames.
        sigma: of its smoothing, frames.
        reference: the frame that corresponds to the portrait as it is.
        frame: where the reference head is.
        poses: what brings each frame onto it.
        absolute: whether `turn` starts from a frontal head (the manifest's mode), not from the head at rest.
        turn: (N, 3) rotation vectors in the head's own axes.
        shift: (N, 3) of the head, zero at rest.
        growth: (N,) log of its size against rest.
        openness: (N, 2) of the eyes, 0 shut, 1 as open as usual.
        gaze: (N, 2, 2) iris against its eye's middle, along and across, in eye widths.
        closed_gap: inner-lip gap that still counts as a shut mouth.
        expression: (B,) blendshapes of the reference.
    """

    track: NDArray[np.floating]
    sigma: float
    reference: int
    frame: Frame
    poses: Poses
    absolute: bool
    turn: Array
    shift: Array
    growth: Array
    openness: Array
    gaze: Array
    closed_gap: float
    expression: Array

    def __len__(self) -> int:
        return len(self.track)

    def points(self, span: slice) -> Array:
        """(n, 478, 3) landmarks of the frames `span`, smoothed."""
        return steadied(self.track, self.sigma, span)

    def shapes(self, span: slice) -> Array:
        """(n, 478, 3) canonical shapes of the frames `span`."""
        return self.canonical(self.points(span), span)

    def canonical(self, points: Array, span: slice) -> Array:
        """`points` of the frames `span`, the head's pose taken out."""
        return self.frame.canonical(self.poses.remove(points, span))

    def reference_shape(self) -> Array:
        """(478, 3) canonical shape of the reference frame."""
        return self.shapes(slice(self.reference, self.reference + 1))[0]


def spans(count: int) -> list[slice]:
    """0..count in blocks."""
    return [slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]


def analyse(track: FaceTrack, motion: Motion) -> Performance:
    """Read the performance off the clip's landmarks.

    Raises:
        InputError: the reference frame that was asked for is not in the clip.
    """
    sigma = motion.smoothing
    reference = choose_reference(track, motion.reference)
    at_reference = steadied(track.points, sigma, slice(reference, reference + 1))[0]
    frame = Frame.at(head_rotation(track.face(reference)), at_reference)
    parts = (Poses.between(steadied(track.points, sigma, span), at_reference) for span in spans(len(track)))
    poses = Poses.joined(list(parts))
    turn, shift, growth = _head_motion(frame, poses, smoothing=CALM * sigma)
    absolute = motion.mode == "absolute"
    if absolute:
        turn = np.stack([log_rotation(frame.rotation @ exp_rotation(vector)) for vector in turn])
    else:
        turn = turn - (np.median(turn, axis=0) if motion.reference == "best" else turn[reference])
    performance = Performance(
        track=track.points,
        sigma=sigma,
        reference=reference,
        frame=frame,
        poses=poses,
        absolute=absolute,
        turn=turn,
        shift=shift - np.median(shift, axis=0),
        growth=growth - float(np.median(growth)),
        openness=np.ones((len(track), 2)),
        gaze=np.zeros((len(track), 2, 2)),
        closed_gap=0.0,
        expression=np.asarray(track.blendshapes[reference], np.float64),
    )
    return _with_features(performance)


def steadied(track: NDArray[np.floating], sigma: float, span: slice) -> Array:
    """Landmarks smoothed over time: lips, lids and irises lightly, for they are quick; the rest of the face more."""
    reach = round(4 * CALM * sigma) + 1
    start = max(0, span.start - reach)
    near = np.asarray(track[start : span.stop + reach], np.float64)
    own = slice(span.start - start, span.stop - start)
    steady = smooth(near, CALM * sigma)[own].copy()
    steady[:, _quick] = smooth(near[:, _quick], sigma)[own]
    return steady


def smooth(values: Array, sigma: float) -> Array:
    """A Gaussian over time, no lag."""
    if sigma <= 0 or len(values) < 2:
        return values
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415  (slow to import, for motion that is prepared alone)

    smoothed: Array = gaussian_filter1d(values, sigma, axis=0, mode="nearest")
    return smoothed


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
            raise InputError(f"motion.reference: frame {wanted} is not in the clip; it has frames 0 to {count - 1}")
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
    turn = np.array([log_rotation(head_rotation(track.face(i))) for i in range(count)])
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


def _with_features(performance: Performance) -> Performance:
    """Fill in what is read off the pose-free shapes."""
    gaps, openings, blinks, gazes = [], [], [], []
    for span in spans(len(performance)):
        shapes = performance.shapes(span)
        gap = shapes[:, INNER_LOWER[1:-1]] - shapes[:, INNER_UPPER[1:-1]]
        gaps.append(np.linalg.norm(gap, axis=2).mean(axis=1))
        openings.append(np.stack([opening(shapes, eye) for eye in EYES], axis=1))
        gazes.append(np.stack([iris_position(shapes, eye) for eye in EYES], axis=1))
        raw = performance.canonical(np.asarray(performance.track[span], np.float64), span)
        blinks.append(np.stack([opening(raw, eye) for eye in EYES], axis=1))
    sigma = performance.sigma
    steady, quick = np.concatenate(openings), np.concatenate(blinks)
    wide = np.maximum(np.percentile(steady, 75, axis=0), OPEN_EYE)
    # A blink lasts a frame or two: what changes much is taken as measured, what trembles is taken smoothed.
    change = np.clip(np.abs(quick - steady) / wide / BLINK_CHANGE, 0, 1) if sigma > 0 else 0.0
    lids = steady + (quick - steady) * change
    shut = np.minimum(0.22 * wide, lids.min(axis=0) + 0.02)
    openness = np.clip((lids - shut) / (wide - shut), 0.0, 1.3)
    # Lids hide irises: where an eye shuts, its gaze is carried over from the open frames around.
    seen = np.clip(openness / 0.6, 0.02, 1.0)[:, :, None]
    blur = max(1.0, 2 * sigma)
    gaze = smooth(np.concatenate(gazes) * seen, blur) / smooth(seen, blur)
    closed = min(float(np.percentile(np.concatenate(gaps), 3)), 0.012)
    return replace(performance, openness=openness, gaze=gaze, closed_gap=closed)


def opening(shapes: Array, eye: Eye) -> Array:
    """(n,) lid gap over eye width, at the middle of the eye."""
    width = np.linalg.norm(shapes[:, eye.corners[0]] - shapes[:, eye.corners[1]], axis=1)
    gap = shapes[:, eye.lower[2:5], 1] - shapes[:, eye.upper[2:5], 1]
    return np.asarray(gap.mean(axis=1) / np.maximum(width, 1e-6))


def iris_position(shapes: Array, eye: Eye) -> Array:
    """(n, 2) iris centre against the eye's middle, along the corners and across, in eye widths."""
    left, right = shapes[:, eye.corners[0], :2], shapes[:, eye.corners[1], :2]
    width = np.maximum(np.linalg.norm(right - left, axis=1, keepdims=True), 1e-6)
    along = (right - left) / width
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    offset = (shapes[:, eye.iris[0], :2] - (left + right) / 2) / width
    return np.stack([(offset * along).sum(axis=1), (offset * across).sum(axis=1)], axis=1)
