"""What eyes and lips do, read off faces whose pose has been taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face.canonical import Frame, Poses
from face.steadying import Steadied, smooth, spans
from face.topology import EYES, INNER_LOWER, INNER_UPPER, Eye
from foundation.geometry import Array

OPEN_EYE = 0.12
"""Lid gap over eye width below which an eye is never taken for open."""
SHUT_EYE = 0.22
"""Share of an eye's usual opening up to which it counts as shut."""
BLINK_CHANGE = 0.15
"""Share of an eye's opening that changes too fast to be noise."""


@dataclass(frozen=True)
class Features:
    """What is read off the pose-free shapes of N frames.

    Attributes:
        gaps: (N,) of the inner lips.
        steady, quick: (N, 2) lid gaps over eye widths, smoothed and as measured.
        irises: (N, 2, 2) as in `iris_position`.
    """

    gaps: Array
    steady: Array
    quick: Array
    irises: Array

    def lids(self, wide: Array, sigma: float) -> Array:
        """(N, 2) lid gaps: a blink lasts a frame or two, so what changes much is taken as measured, what trembles
        smoothed."""
        change = np.clip(np.abs(self.quick - self.steady) / wide / BLINK_CHANGE, 0, 1) if sigma > 0 else 0.0
        return np.asarray(self.steady + (self.quick - self.steady) * change)

    def gaze(self, openness: Array, sigma: float) -> Array:
        """(N, 2, 2): lids hide irises, so where an eye shuts, its gaze is carried over from the open frames around."""
        seen = np.clip(openness / 0.6, 0.02, 1.0)[:, :, None]
        blur = max(1.0, 2 * sigma)
        return smooth(self.irises * seen, blur) / smooth(seen, blur)


def features(steady: Steadied, frame: Frame, poses: Poses) -> Features:
    """Of the landmarks of N frames, whose pose `poses` takes out."""
    track = steady.track
    gaps, openings, blinks, gazes = [], [], [], []
    for span in spans(len(track)):
        shapes = frame.canonical(poses.remove(steady(span), span))
        gap = shapes[:, INNER_LOWER[1:-1]] - shapes[:, INNER_UPPER[1:-1]]
        gaps.append(np.linalg.norm(gap, axis=2).mean(axis=1))
        openings.append(np.stack([opening(shapes, eye) for eye in EYES], axis=1))
        gazes.append(np.stack([iris_position(shapes, eye) for eye in EYES], axis=1))
        raw = frame.canonical(poses.remove(np.asarray(track[span], np.float64), span))
        blinks.append(np.stack([opening(raw, eye) for eye in EYES], axis=1))
    return Features(*(np.concatenate(each) for each in (gaps, openings, blinks, gazes)))


def as_usual(openings: Array) -> Array:
    """(2,) how far eyes are open usually, of (N, 2) lid gaps over eye widths."""
    return np.maximum(np.percentile(openings, 75, axis=0), OPEN_EYE)


def openness_of(lids: Array, wide: Array, shut: Array) -> Array:
    """(N, 2) 0 shut, 1 as open as usual, at most 1.3."""
    return np.clip((lids - shut) / (wide - shut), 0.0, 1.3)


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
