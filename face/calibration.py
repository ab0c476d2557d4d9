"""Second look: render a few frames, find the face again, and set mouth and lids so that they open as the performer's.

Portraits differ in how far their lips must part before an eye, or a detector, sees them open as far as the performer's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from face.canonical import face_height
from face.performance import Performance
from face.retargeting import Gains
from face.topology import EYES, INNER_LOWER, INNER_UPPER
from foundation.facetrack import Face
from foundation.geometry import Array, Image

LID_RANKS = np.array([0.0, 0.04, 0.12, 0.5])
"""Where in the order of the eyes' openness samples are taken."""
PASSES = 2
FEWEST = 4
"""Samples below which nothing can be said."""
MOUTH_LIMITS, LID_LIMITS = (0.8, 1.6), (1.0, 1.45)
MOUTH_SPREAD, LID_SPREAD = 0.02, 0.2
"""Openings that differ less than this among the samples say nothing: mouth in face heights, lids of their usual."""
LEAST_SLOPE = 0.1
SHUT, PARTING_LIMIT = 0.012, 0.03
"""The performer's mouth counts as shut below this opening; what then still gapes is taken for parted lips, so far."""
Detector = Callable[[Image], Face | None]
"""Finds the largest face of an RGB picture again."""
Samples = dict[int, Image]
Trial = Callable[[Gains, int, Image], Image]


@dataclass(frozen=True)
class Aim:
    """What the second look is after.

    Attributes:
        mouths: how many it takes.
        slopes: of the mouth, that are left alone: a detector is not to be trusted further.
    """

    mouths: int
    slopes: tuple[float, float]


FILMED, MADE_UP = Aim(8, (0.85, 1.1)), Aim(20, (0.85, 1.0))
"""Of a performer who was filmed, whose mouth is measured by a detector, too; and of one who is made up, whose mouth is
known, is shut for most of a song, and has no frames to be read."""


def mouth_opening(points: NDArray[np.floating]) -> float:
    """Gap between the middles of the inner lips, in face heights."""
    gap = np.linalg.norm(points[INNER_UPPER[5]] - points[INNER_LOWER[5]])
    return float(gap) / face_height(np.asarray(points, np.float64))


def lid_opening(points: NDArray[np.floating]) -> float:
    """Gap between the lids' middles over the eyes' width."""
    ratios = []
    for eye in EYES:
        gap = np.linalg.norm(points[list(eye.lower[2:5])] - points[list(eye.upper[2:5])], axis=1).mean()
        ratios.append(gap / max(float(np.linalg.norm(points[eye.corners[0]] - points[eye.corners[1]])), 1e-6))
    return float(np.mean(ratios))


def pick(
    performance: Performance,
    found: NDArray[np.bool_],
    read: Callable[[Sequence[int]], Iterator[Image]],
    aim: Aim = FILMED,
) -> Samples:
    """A handful of driving frames, from the most shut mouth to the widest, from the most shut eyes to open ones.

    Args:
        found: (N,) where the performer's face was seen.
        read: the frames with these ascending numbers.
    """
    usable = np.flatnonzero(found)
    if len(usable) == 0:
        return {}
    mouths = np.array([mouth_opening(performance.track[index]) for index in usable])
    by_mouth, by_lids = np.argsort(mouths, kind="stable"), np.argsort(performance.openness[usable].mean(axis=1))
    last = len(usable) - 1
    ranks = np.linspace(0, last, min(aim.mouths, last + 1)).astype(int)
    chosen = set(usable[by_mouth[ranks]].tolist())
    chosen |= set(usable[by_lids[(LID_RANKS * last).astype(int)]].tolist())
    numbers = sorted(chosen)
    return dict(zip(numbers, read(numbers), strict=False))


def fit(
    performance: Performance, samples: Samples, trial: Trial, detect: Detector, gains: Gains, *, aim: Aim = FILMED
) -> Gains:
    """The gains with which mouth and lids, found again on the result, move as far as the performer's.

    Also finds out how far the portrait's lips are parted beyond what its landmarks say.
    """
    if len(samples) < FEWEST:
        return gains
    smoothed = [performance.points(slice(index, index + 1))[0] for index in samples]
    theirs = np.array([(mouth_opening(points), lid_opening(points)) for points in smoothed])
    open_eyes = performance.openness[list(samples)].mean(axis=1) > 0.9
    for _ in range(PASSES):
        before = gains
        ours = np.full(theirs.shape, np.nan)
        for row, (index, frame) in enumerate(samples.items()):
            face = detect(trial(gains, index, frame))
            if face is not None:
                ours[row] = mouth_opening(face.points), lid_opening(face.points)
        seen = np.isfinite(ours[:, 0])
        mouth = slope(theirs[seen, 0], ours[seen, 0], MOUTH_SPREAD)
        if mouth is not None and gains.mouth > 0:
            reached = mouth / gains.mouth
            factor = float(np.clip(reached, *aim.slopes)) / reached
            gains = replace(gains, lips=float(np.clip(gains.lips * factor, *MOUTH_LIMITS)))
        shut = seen & (theirs[:, 0] < SHUT)
        if shut.any():
            gaping = float(np.median(ours[shut, 0] - theirs[shut, 0]))
            gains = replace(gains, parting=float(np.clip(gains.parting + gaping, 0.0, PARTING_LIMIT)))
        usual = seen & open_eyes
        if usual.any():
            relative = [values[seen, 1] / max(float(values[usual, 1].mean()), 1e-6) for values in (theirs, ours)]
            lids = slope(relative[0], relative[1], LID_SPREAD)
            if lids is not None:
                gains = replace(gains, lids=float(np.clip(gains.lids / lids, *LID_LIMITS)))
        if settled(before, gains):
            break
    return gains


def settled(before: Gains, after: Gains) -> bool:
    """Whether another pass, at a tenth of a second a sample, would not show. Lids show least: they do not count."""
    return abs(after.lips / before.lips - 1) < 0.08 and abs(after.parting - before.parting) < 0.004


def slope(theirs: Array, ours: Array, spread: float) -> float | None:
    """How much ours grow as theirs do; None where that cannot be told."""
    if len(theirs) < FEWEST or float(np.ptp(theirs)) < spread:
        return None
    x = theirs - theirs.mean()
    found = float((x * (ours - ours.mean())).sum() / (x * x).sum())
    return found if found > LEAST_SLOPE else None
