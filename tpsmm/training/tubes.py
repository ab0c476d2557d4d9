"""The clips to train on, and what is drawn from them: all is decided by (seed, step), so a run can be resumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tpsmm.training import points as marks
from tpsmm.training.augment import Cut, Floats, Image, Look, Strength, draw_cut, draw_look, spoil

BINS = 8
SHIFT = 4
FINE = 1 << SHIFT
"""Outlines are drawn at sixteenths of a pixel."""
OVAL = (10, *marks.LEFT_OVAL, 152, *marks.RIGHT_OVAL[::-1])
REGIONS = ((OVAL,), (marks.RIGHT_EYE, marks.LEFT_EYE), (marks.OUTER_LIPS,), (marks.INNER_LIPS,))
FOREHEAD, CHIN = 10, 152


@dataclass(frozen=True)
class Tube:
    """One clip, cut around its face.

    Attributes:
        name: for people.
        person: who is seen in it.
        real: filmed, not made by another engine.
        frames: (N, S, S, 3) uint8 RGB, best a memory-mapped array.
        points: (N, 478, 2) in its pixels.
    """

    name: str
    person: str
    real: bool
    frames: NDArray[np.uint8]
    points: Floats

    @property
    def height(self) -> float:
        """Of the face, in pixels."""
        return float(np.median(np.linalg.norm(self.points[:, FOREHEAD] - self.points[:, CHIN], axis=-1)))


@dataclass(frozen=True)
class Pairs:
    """A batch: two frames of one clip each, cut alike.

    Attributes:
        source, driving: (N, 3, side, side), 0..1.
        source_points, driving_points: (N, 478, 2), -1..1.
        regions: (N, 4, side, side), 0..1, of the driving frames: face, eyes, lips, inside of the mouth.
    """

    source: Tensor
    driving: Tensor
    source_points: Tensor
    driving_points: Tensor
    regions: Tensor

    def to(self, device: torch.device) -> Pairs:
        return Pairs(*(tensor.to(device) for tensor in vars(self).values()))


class Sampler:
    """Draws frames of rare expressions as often as common ones, and every person as often as every other.

    Args:
        tubes: at least one.
        strength: of the augmentation.
        seed: of everything drawn.
        real: the share of pictures that were filmed, where there are others.
    """

    def __init__(self, tubes: Sequence[Tube], strength: Strength, seed: int, real: float = 0.6) -> None:
        self._tubes, self._strength, self._seed = list(tubes), strength, seed
        self._mirrored = marks.mirrored()
        self._chances = [rarity(tube.points) for tube in self._tubes]
        self._heights = [tube.height for tube in self._tubes]
        self._tube_chances = _tube_chances(self._tubes, real)

    def pictures(self, step: int, count: int, side: int) -> tuple[Tensor, Tensor]:
        """(count, 3, side, side), 0..1, and (count, 478, 2): for training keypoints."""
        rng = np.random.default_rng([self._seed, 1, step])
        shown, points = [], []
        for _ in range(count):
            tube, at = self._draw(rng, 1)
            cut = self._cut(rng, tube, at[0], side)
            look = draw_look(rng, self._strength)
            shown.append(spoil(rng, look.of(cut.picture(self._tubes[tube].frames[at[0]])), self._strength))
            points.append(cut.points(self._tubes[tube].points[at[0]], self._mirrored))
        return _pictures(shown), torch.from_numpy(np.stack(points))

    def pairs(self, step: int, count: int, side: int) -> Pairs:
        """Pairs to train the whole network on."""
        rng = np.random.default_rng([self._seed, 2, step])
        rows: list[tuple[Image, Image, Floats, Floats]] = []
        for _ in range(count):
            tube, at = self._draw(rng, 2)
            cut, look = self._cut(rng, tube, at[0], side), draw_look(rng, self._strength)
            rows.append(self._pair(tube, at, cut, look))
        source, driving, source_points, driving_points = zip(*rows, strict=True)
        return Pairs(
            _pictures(source),
            _pictures(driving),
            torch.from_numpy(np.stack(source_points)),
            torch.from_numpy(np.stack(driving_points)),
            torch.from_numpy(np.stack([regions(points, side) for points in driving_points])).float() / 255,
        )

    def _pair(self, tube: int, at: NDArray[np.int64], cut: Cut, look: Look) -> tuple[Image, Image, Floats, Floats]:
        frames, points = self._tubes[tube].frames, self._tubes[tube].points
        source, driving = (look.of(cut.picture(frames[index])) for index in at)
        before, after = (cut.points(points[index], self._mirrored) for index in at)
        return source, driving, before, after

    def _draw(self, rng: np.random.Generator, count: int) -> tuple[int, NDArray[np.int64]]:
        tube = int(rng.choice(len(self._tubes), p=self._tube_chances))
        chances = self._chances[tube]
        return tube, rng.choice(len(chances), count, p=chances)

    def _cut(self, rng: np.random.Generator, tube: int, at: int, side: int) -> Cut:
        points = self._tubes[tube].points[at]
        return draw_cut(rng, self._strength, points, self._heights[tube], side)


def regions(points: Floats, side: int) -> NDArray[np.uint8]:
    """(478, 2), -1..1 -> (4, side, side), 0 or 255, soft at the edge: face, eyes, lips, inside of the mouth.

    Eyes and lips reach a little beyond their outline: what moves there is the skin around them.
    """
    at = np.round((points + 1) * ((side - 1) / 2) * FINE).astype(np.int32)
    height = float(np.linalg.norm(points[FOREHEAD] - points[CHIN])) * side / 2
    drawn = np.zeros((4, side, side), np.uint8)
    for layer, outlines in enumerate(REGIONS):
        for outline in outlines:
            cv2.fillPoly(drawn[layer], [at[list(outline)]], 255, cv2.LINE_AA, SHIFT)
    wider = max(1, round(height * 0.02)) * 2 + 1
    for layer in (1, 2):
        drawn[layer] = cv2.dilate(drawn[layer], np.ones((wider, wider), np.uint8))
    return drawn


def rarity(points: Floats) -> NDArray[np.float64]:
    """(N, P, 2) -> (N,) chances: frames of open mouths and closed eyes, which are few, come as often as the others."""
    height = np.median(np.linalg.norm(points[:, FOREHEAD] - points[:, CHIN], axis=-1))
    weights = np.zeros(len(points))
    for pairs in (marks.MOUTH_GAPS[:1], marks.LID_GAPS):
        gap = np.mean([np.linalg.norm(points[:, a] - points[:, b], axis=-1) for a, b in pairs], axis=0) / height
        edges = np.linspace(gap.min(), gap.max() + 1e-6, BINS + 1)
        bins = np.digitize(gap, edges) - 1
        weights += 1 / np.maximum(np.bincount(bins, minlength=BINS)[bins], len(points) / (4 * BINS))
    return weights / weights.sum()


def _tube_chances(tubes: list[Tube], real: float) -> NDArray[np.float64]:
    """Filmed clips `real` of the time, people alike among them, and alike among the others."""
    filmed = np.array([tube.real for tube in tubes])
    people = [tube.person for tube in tubes]
    chances = np.zeros(len(tubes))
    shares = {True: real, False: 1 - real} if filmed.any() and not filmed.all() else {bool(filmed[0]): 1.0}
    for kind, share in shares.items():
        names = [person for person, is_filmed in zip(people, filmed, strict=True) if is_filmed == kind]
        for index, person in enumerate(people):
            if filmed[index] == kind:
                chances[index] = share / len(set(names)) / names.count(person)
    return chances / chances.sum()


def _pictures(shown: Sequence[Image]) -> Tensor:
    stacked = torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2)
    return stacked.contiguous(memory_format=torch.channels_last).float() / 255
