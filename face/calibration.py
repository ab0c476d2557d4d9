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


@dataclass(frozen=True, kw_only=True)
class SecondLook:
    """How a second look goes, and what it believes. Mouths open in face heights, lids in shares of their usual.

    Limits keep a detector that errs from spoiling a portrait. They were set by looks: of frames at full size.

    Attributes:
        lid_ranks: where in the order of the eyes' openness, 0..1, samples are taken: most among shut ones, which are
            few.
        passes: how often at most it renders and looks; mostly one is enough, see `settled`.
        fewest: samples below which nothing can be said; 2 make a line through anything.
        mouth_limits: least and largest factor on how far lips open.
        lid_limits: the same for lids, which are never opened less.
        mouth_spread: mouths that differ less than this among the samples say nothing.
        lid_spread: the same for lids.
        least_slope: growth of ours with theirs, 1 where they are alike, below which the face was not found again, but
            another one.
        shut: the performer's mouth counts as shut below this opening.
        parting_limit: what then still gapes is taken for parted lips, so far at most.
    """

    lid_ranks: tuple[float, ...] = (0.0, 0.04, 0.12, 0.5)
    passes: int = 2
    fewest: int = 4
    mouth_limits: tuple[float, float] = (0.8, 1.6)
    lid_limits: tuple[float, float] = (1.0, 1.45)
    mouth_spread: float = 0.02
    lid_spread: float = 0.2
    least_slope: float = 0.1
    shut: float = 0.012
    parting_limit: float = 0.03


SECOND_LOOK = SecondLook()

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
    chosen |= set(usable[by_lids[(np.array(SECOND_LOOK.lid_ranks) * last).astype(int)]].tolist())
    numbers = sorted(chosen)
    return dict(zip(numbers, read(numbers), strict=False))


def fit(
    performance: Performance, samples: Samples, trial: Trial, detect: Detector, gains: Gains, *, aim: Aim = FILMED
) -> Gains:
    """The gains with which mouth and lids, found again on the result, move as far as the performer's.

    Also finds out how far the portrait's lips are parted beyond what its landmarks say.
    """
    if len(samples) < SECOND_LOOK.fewest:
        return gains
    smoothed = [performance.points(slice(index, index + 1))[0] for index in samples]
    theirs = np.array([(mouth_opening(points), lid_opening(points)) for points in smoothed])
    open_eyes = performance.openness[list(samples)].mean(axis=1) > 0.9
    for _ in range(SECOND_LOOK.passes):
        before = gains
        ours = np.full(theirs.shape, np.nan)
        for row, (index, frame) in enumerate(samples.items()):
            face = detect(trial(gains, index, frame))
            if face is not None:
                ours[row] = mouth_opening(face.points), lid_opening(face.points)
        seen = np.isfinite(ours[:, 0])
        mouth = slope(theirs[seen, 0], ours[seen, 0], SECOND_LOOK.mouth_spread)
        if mouth is not None and gains.mouth > 0:
            reached = mouth / gains.mouth
            factor = float(np.clip(reached, *aim.slopes)) / reached
            gains = replace(gains, lips=float(np.clip(gains.lips * factor, *SECOND_LOOK.mouth_limits)))
        shut = seen & (theirs[:, 0] < SECOND_LOOK.shut)
        if shut.any():
            gaping = float(np.median(ours[shut, 0] - theirs[shut, 0]))
            gains = replace(gains, parting=float(np.clip(gains.parting + gaping, 0.0, SECOND_LOOK.parting_limit)))
        usual = seen & open_eyes
        if usual.any():
            relative = [values[seen, 1] / max(float(values[usual, 1].mean()), 1e-6) for values in (theirs, ours)]
            lids = slope(relative[0], relative[1], SECOND_LOOK.lid_spread)
            if lids is not None:
                gains = replace(gains, lids=float(np.clip(gains.lids / lids, *SECOND_LOOK.lid_limits)))
        if settled(before, gains):
            break
    return gains


def settled(before: Gains, after: Gains) -> bool:
    """Whether another pass, at a tenth of a second a sample, would not show. Lids show least: they do not count."""
    return abs(after.lips / before.lips - 1) < 0.08 and abs(after.parting - before.parting) < 0.004


def slope(theirs: Array, ours: Array, spread: float) -> float | None:
    """How much ours grow as theirs do; None where that cannot be told."""
    if len(theirs) < SECOND_LOOK.fewest or float(np.ptp(theirs)) < spread:
        return None
    x = theirs - theirs.mean()
    found = float((x * (ours - ours.mean())).sum() / (x * x).sum())
    return found if found > SECOND_LOOK.least_slope else None
