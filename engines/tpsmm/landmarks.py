"""Keypoints of a network that was taught to find face landmarks, taken from the landmarks of a face that was followed.

The landmark stage finds them better than a small network does, so its errors do not move the portrait. Lips and lids
are retargeted as openings: the mouth opens as far as the performer's, and shuts with it; eyes close as theirs do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import tpsmm
from engines.base import Driving, Portrait, Taking
from engines.neural.frames import picture_of, tensor_of
from engines.tpsmm.options import Options
from face import calibration
from face.calibration import Detector
from face.performance import Performance, analyse
from face.retargeting import Gains
from face.steadying import spans
from face.topology import CHIN, FOREHEAD
from foundation.geometry import Array, Box, Image
from foundation.npy import Blocks
from tpsmm.training.points import LID_GAPS, flat_keypoints

LIPS = (((13,), (14,), (0,), (17,)), ((81,), (178,), (), ()), ((311,), (402,), (), ()))
"""Upper and lower inner lip, and the outer ones that follow: middle, right and left."""
UPPER_SHARE = 0.4
"""Of what lips part further than the keypoints alone would have them, how much the upper one does."""
OUTER_FOLLOW = 0.8
USUAL = 75
"""Percentile of the performer's lid gaps that counts as open."""
LEAST_OPEN, WIDEST = 0.7, 1.25
"""A reference frame with narrower eyes than this share of that is not measured from; no lid opens further than this
share of the portrait's own."""
_FLAT = flat_keypoints()


def follow(  # noqa: PLR0917  (what an engine's `prepare` is given, and what it found)
    model: tpsmm.Model,
    portrait: Portrait,
    driving: Driving,
    taking: Taking[Options],
    detect: Detector,
    seen: tuple[int, Box],
) -> tuple[tpsmm.Animator, Blocks]:
    """The animator, and the keypoints (N, 5K, 2) that the portrait takes in each frame.

    In mode "relative" a second look settles how far lips and lids must part, as landmark_tps does, and who listens
    shuts the mouth.

    Args:
        seen: the reference frame, and the window of the driving frames that corresponds to
            the portrait's crop.
    """
    reference, window = seen
    motion, mode = taking.motion, taking.options.mode
    performance = analyse(driving.track, replace(motion, reference=reference))
    own = keypoints_of(portrait.face.points[None], (portrait.image.shape[1], portrait.image.shape[0]))
    first = keypoints_of(performance.points(slice(reference, reference + 1)), window)
    found = keypoint_tensor(own), keypoint_tensor(first)
    animator = tpsmm.Animator(model, tensor_of(portrait.image), mode=mode, found=found)
    retargeting = Retargeting(animator, performance, window, Openings.of(own[0], first[0], performance, window))
    gains = Gains(motion.head, motion.expression, motion.mouth)
    if mode == "relative":
        samples = calibration.pick(performance, driving.track.found, driving.pick)
        gains = calibration.fit(performance, samples, retargeting.shown, detect, gains)
    gains = replace(gains, turns=taking.turns)
    blocks = spans(len(performance))
    return animator, Blocks(np.float32, lambda: (retargeting.taken(gains, span) for span in blocks))


def keypoints_of(points: Array, window: Box | tuple[int, int]) -> Array:
    """(N, 478, 2 or 3) landmarks, pixels -> (N, 50, 2) keypoints, -1..1 between the outermost pixels' centres.

    Args:
        window: the part of the picture that the network is shown, or (width, height) of a picture shown whole.
    """
    box = Box(0, 0, *window) if isinstance(window, tuple) else window
    chosen = np.asarray(points[:, list(_FLAT), :2], np.float64)
    return (chosen - [box.x0, box.y0]) * 2 / np.maximum([box.width - 1, box.height - 1], 1) - 1


def keypoint_tensor(keypoints: NDArray[np.floating]) -> Tensor:
    """(N, 5K, 2), float32."""
    return torch.from_numpy(np.array(keypoints, np.float32))


@dataclass(frozen=True)
class Openings:
    """What the performer's lips and lids are measured against.

    Attributes:
        own: (50, 2) the portrait's keypoints.
        height: of its face, as they measure.
        lids: (2,) the performer's lid gaps that correspond to the portrait's own.
    """

    own: Array
    height: float
    lids: Array

    @staticmethod
    def of(own: Array, first: Array, performance: Performance, window: Box) -> Openings:
        """Args: first: (50, 2) the performer's keypoints in the reference frame."""
        gaps = [lid_gaps(keypoints_of(performance.points(span), window)) for span in spans(len(performance))]
        usual = LEAST_OPEN * np.percentile(np.concatenate(gaps), USUAL, axis=0)
        top, chin = own[_at(FOREHEAD, CHIN)]
        lids = np.maximum(np.maximum(lid_gaps(first[None])[0], usual), 1e-6)
        return Openings(own, float(np.linalg.norm(chin - top)), lids)


@dataclass(frozen=True)
class Retargeting:
    """From the performer's landmarks to the keypoints that the portrait takes."""

    animator: tpsmm.Animator
    performance: Performance
    window: Box
    openings: Openings

    def shown(self, gains: Gains, index: int, _: Image) -> Image:
        """One frame, for the second look."""
        return picture_of(self.animator.pose(keypoint_tensor(self.taken(gains, slice(index, index + 1)))))

    def taken(self, gains: Gains, span: slice) -> Array:
        """(n, 50, 2) of the frames `span`."""
        points = self.performance.points(span)
        theirs = keypoints_of(points, self.window)
        in_place = keypoints_of(self.performance.poses.remove(points, span), self.window)
        first = self.animator.state.initial.double().cpu().numpy()
        driven = first + gains.head * (theirs - in_place) + gains.expression * (in_place - first)
        moved = self.animator.transfer(keypoint_tensor(driven)).double().cpu().numpy()
        if gains.turns.shares is not None:
            still = self.animator.transfer(self.animator.state.initial).double().cpu().numpy()
            share = gains.turns.kept(span)[:, None, None]
            moved = (1 - share) * still + share * moved  # exact at both ends: whoever sings is moved as ever
        return self._opened(moved, theirs, gains, gains.turns.sung(span)) if self.animator.mode == "relative" else moved

    def _opened(self, taken: Array, theirs: Array, gains: Gains, sung: Array) -> Array:
        """The same, lids opened as the performer's, `theirs`, and lips so far of that as they sing: (n,) `sung`."""
        down = taken[:, _at(CHIN)[0]] - taken[:, _at(FOREHEAD)[0]]
        down /= np.maximum(np.linalg.norm(down, axis=1, keepdims=True), 1e-6)
        scale = float(self.animator.state.scale[0]) * gains.mouth * gains.lips
        for uppers, lowers, outer_uppers, outer_lowers in LIPS:
            wanted = scale * sung * gap(theirs, uppers[0], lowers[0]) - gains.parting * self.openings.height
            more = (np.maximum(wanted, 0) - _along(taken, uppers[0], lowers[0], down))[:, None, None] * down[:, None]
            taken[:, _at(*uppers)] -= UPPER_SHARE * more
            taken[:, _at(*lowers)] += (1 - UPPER_SHARE) * more
            taken[:, _at(*outer_uppers)] -= OUTER_FOLLOW * UPPER_SHARE * more
            taken[:, _at(*outer_lowers)] += OUTER_FOLLOW * (1 - UPPER_SHARE) * more
        openness = np.minimum(lid_gaps(theirs) / self.openings.lids, WIDEST)
        openness = np.where(openness < 1, np.maximum(1 - gains.lids * (1 - openness), 0), openness)
        for wanted, (upper, lower) in zip((openness * lid_gaps(self.openings.own[None])).T, LID_GAPS, strict=True):
            taken[:, _at(upper)] -= ((wanted - _along(taken, upper, lower, down))[:, None] * down)[:, None]
        return taken


def lid_gaps(keypoints: Array) -> Array:
    """(N, 50, 2) -> (N, 2)."""
    return np.stack([gap(keypoints, *pair) for pair in LID_GAPS], axis=1)


def gap(keypoints: Array, upper: int, lower: int) -> Array:
    """(N, 50, 2) -> (N,) between two landmarks."""
    first, second = _at(upper, lower)
    length: Array = np.linalg.norm(keypoints[:, second] - keypoints[:, first], axis=1)
    return length


def _along(keypoints: Array, upper: int, lower: int, down: Array) -> Array:
    """(N,) signed: below zero where the lower one lies above the upper one."""
    first, second = _at(upper, lower)
    along: Array = ((keypoints[:, second] - keypoints[:, first]) * down).sum(axis=1)
    return along


def _at(*landmarks: int) -> list[int]:
    """Where these landmarks stand among the keypoints."""
    return [_FLAT.index(landmark) for landmark in landmarks]
