"""Keypoints of a network that was taught to find face landmarks, taken from the landmarks of a face that was followed.

The landmark stage finds them better than a small network does, so its errors do not move the portrait. Lips and lids
are retargeted as openings: the mouth opens as far as the performer's, and shuts with it; eyes close as theirs do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import tpsmm
from face.canonical import Frame
from face.performance import Performance
from face.retargeting import Gains
from face.rig import feature_scale
from face.steadying import spans
from face.topology import CHIN, EYES, FOREHEAD, INNER_LOWER, INNER_UPPER
from foundation.facetrack import Face
from foundation.geometry import Array, Box
from tpsmm.training.points import LID_GAPS, flat_keypoints

UPPER, LOWER, OUTER = list(INNER_UPPER[1:-1]), list(INNER_LOWER[1:-1]), (0, 17)
"""The inner lips but their corners, pair by pair, and the middles of the outer ones, which follow."""
UPPER_SHARE = 0.4
"""Of what lips part further than the keypoints alone would have them, how much the upper one does."""
OUTER_FOLLOW = 0.8
USUAL = 75
"""Percentile of the performer's lid gaps that counts as open."""
LEAST_OPEN, WIDEST = 0.7, 1.25
"""A reference frame with narrower eyes than this share of that is not measured from; no lid opens further than this
share of the portrait's own."""
FLAT = list(flat_keypoints())
"""The landmark of each keypoint."""


def in_window(points: Array, window: Box | tuple[int, int]) -> Array:
    """(N, 478, 2 or 3) landmarks, pixels -> (N, 478, 2), -1..1 between the outermost pixels' centres.

    Args:
        window: the part of the picture that the network is shown, or (width, height) of a picture shown whole.
    """
    box = Box(0, 0, *window) if isinstance(window, tuple) else window
    flat = np.asarray(points[..., :2], np.float64)
    return (flat - [box.x0, box.y0]) * 2 / np.maximum([box.width - 1, box.height - 1], 1) - 1


def keypoint_tensor(keypoints: NDArray[np.floating]) -> Tensor:
    """(N, 5K, 2), float32."""
    return torch.from_numpy(np.array(keypoints, np.float32))


@dataclass(frozen=True)
class Openings:
    """What the performer's lips and lids are measured against.

    Attributes:
        own: (478, 2) the portrait's landmarks.
        first: (478, 2) the performer's in the reference frame.
        height: of the portrait's face, as they measure.
        lids: (2,) the performer's lid gaps that correspond to the portrait's own.
    """

    own: Array
    first: Array
    height: float
    lids: Array

    @staticmethod
    def of(own: Array, first: Array, performance: Performance, window: Box) -> Openings:
        """From both, (478, 2)."""
        gaps = [lid_gaps(in_window(performance.points(span), window)) for span in spans(len(performance))]
        usual = LEAST_OPEN * np.percentile(np.concatenate(gaps), USUAL, axis=0)
        lids = np.maximum(np.maximum(lid_gaps(first[None])[0], usual), 1e-6)
        return Openings(own, first, float(np.linalg.norm(own[CHIN] - own[FOREHEAD])), lids)


@dataclass(frozen=True)
class Retargeting:
    """From the performer's landmarks to those that the portrait takes, -1..1 in its picture.

    Attributes:
        first: (478, 3) the performer's in the reference frame, pixels.
        way: (2, 3) from a motion in that face, pixels, to the same one in the portrait's; see `way_between`.
    """

    animator: tpsmm.Animator
    performance: Performance
    window: Box
    openings: Openings
    first: Array
    way: Array

    def translated(self, gains: Gains, span: slice) -> Array:
        """(n, 50, 2) keypoints of the frames `span`, by the animator's mode."""
        points, first = self.performance.points(span), self.openings.first
        in_place = in_window(self.performance.poses.remove(points, span), self.window)
        driven = (
            first + gains.head * (in_window(points, self.window) - in_place) + gains.expression * (in_place - first)
        )
        moved = self._transferred(driven[:, FLAT])
        if gains.turns.shares is not None:
            share = gains.turns.kept(span)[:, None, None]
            moved = (1 - share) * self._transferred(self.openings.first[None, FLAT]) + share * moved
        return moved

    def taken(self, gains: Gains, span: slice) -> Array:
        """(n, 478, 2) of the frames `span`, in mode "relative", lips and lids opened as the performer's are."""
        points = self.performance.points(span)
        theirs, level = in_window(points, self.window), self.performance.poses.remove(points, span)
        own, scale = self.openings.own, float(self.animator.state.scale[0])
        moved = own + scale * gains.head * (theirs - in_window(level, self.window))
        moved += gains.expression * ((level - self.first) @ self.way.T)
        if gains.turns.shares is not None:
            share = gains.turns.kept(span)[:, None, None]
            moved = (1 - share) * own + share * moved  # exact at both ends: whoever sings is moved as ever
        self._open(moved, theirs, gains, scale * gains.turns.sung(span))
        return moved

    def _transferred(self, keypoints: Array) -> Array:
        moved: Array = self.animator.transfer(keypoint_tensor(keypoints)).double().cpu().numpy()
        return moved

    def _open(self, taken: Array, theirs: Array, gains: Gains, sung: Array) -> None:
        """Open lids as the performer's, `theirs`, and lips (n,) `sung` times as far; in place."""
        down = taken[:, CHIN] - taken[:, FOREHEAD]
        down = (down / np.maximum(np.linalg.norm(down, axis=1, keepdims=True), 1e-6))[:, None]
        wanted = (sung * gains.mouth * gains.lips)[:, None] * _gaps(theirs, UPPER, LOWER)
        wanted = np.maximum(wanted - gains.parting * self.openings.height, 0)
        more = (wanted - _along(taken, UPPER, LOWER, down))[:, :, None] * down
        taken[:, UPPER] -= UPPER_SHARE * more
        taken[:, LOWER] += (1 - UPPER_SHARE) * more
        middle = OUTER_FOLLOW * more[:, len(UPPER) // 2]
        taken[:, OUTER[0]] -= UPPER_SHARE * middle
        taken[:, OUTER[1]] += (1 - UPPER_SHARE) * middle
        openness = np.minimum(lid_gaps(theirs) / self.openings.lids, WIDEST)
        openness = np.where(openness < 1, np.maximum(1 - gains.lids * (1 - openness), 0), openness)
        for eye, share in zip(EYES, openness.T, strict=True):
            upper, lower = list(eye.upper), list(eye.lower)
            wanted = share[:, None] * _gaps(self.openings.own[None], upper, lower)
            taken[:, upper] -= (wanted - _along(taken, upper, lower, down))[:, :, None] * down


def way_between(theirs: Face, own: Face, size: tuple[int, int]) -> Array:
    """(2, 3) from a motion in one face, pixels, to the same one in another's picture, -1..1.

    It is the head's own: seen from the side, the far half of a mouth moves less; and it is as large as the features.

    Args:
        size: (width, height) of the other's picture.
    """
    frames = Frame.of(theirs), Frame.of(own)
    features = feature_scale(frames[1].canonical(own.points), frames[0].canonical(theirs.points))
    features[2] = 0  # depth is guessed, and what it does not tell would move noses
    turned = frames[1].rotation @ np.diag(features) @ frames[0].rotation.T * (frames[1].height / frames[0].height)
    return np.asarray(turned[:2] * 2 / np.maximum(np.array(size)[:, None] - 1, 1))


def lid_gaps(points: Array) -> Array:
    """(N, 478, 2) -> (N, 2) between the middles of the lids."""
    uppers, lowers = zip(*LID_GAPS, strict=True)
    return _gaps(points, list(uppers), list(lowers))


def _gaps(points: Array, uppers: list[int], lowers: list[int]) -> Array:
    """(N, 478, 2) -> (N, pairs) between landmarks."""
    return np.asarray(np.linalg.norm(points[:, lowers] - points[:, uppers], axis=2))


def _along(points: Array, uppers: list[int], lowers: list[int], down: Array) -> Array:
    """(N, pairs) signed: below zero where a lower one lies above its upper one; `down`: (N, 1, 2)."""
    return np.asarray(((points[:, lowers] - points[:, uppers]) * down).sum(axis=2))
