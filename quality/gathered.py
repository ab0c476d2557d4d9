"""What is gathered of a performer's pixels, look by look, and the figures that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from quality.picture import frozen_frames
from quality.schedule import Triples
from quality.surface import Image, Thumb, decibels

LEAST_SHIMMER = 0.1
"""Percent: a driver that flickers less, as a drawn one may, counts as flickering so much."""


@dataclass
class Gathered:
    """One value a look, or a triple, or a neutral frame: see quality.surface and quality.identity.

    Attributes:
        stuck: the look shows the same as the one before.
        shown: pictures for people, by frame number.
    """

    background: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    seam: list[float] = field(default_factory=list)
    clipped: list[float] = field(default_factory=list)
    shape: list[float] = field(default_factory=list)
    look: list[float] = field(default_factory=list)
    stuck: list[bool] = field(default_factory=list)
    shown: dict[int, Image] = field(default_factory=dict)
    _last: Thumb | None = None

    def add_look(self, thumb: Thumb, clipped: float) -> None:
        """The face's box at the next look, and how much more of it is clipped than of the portrait's."""
        self.clipped.append(max(0.0, clipped))
        self.stuck.append(self._last is not None and float(np.abs(thumb - self._last).max()) < 0.5)
        self._last = thumb

    def figures(self, ours: Triples, theirs: Triples) -> dict[str, float]:
        """All but `stuck`.

        Args:
            ours, theirs: of the result and of the driver.
        """
        noise, wall = _mean(self.background), _mean(self.wall)
        return {
            "identity_shape": _middle(self.shape),
            "identity_look": _middle(self.look),
            "seam": _middle(self.seam),
            "background": decibels(noise) if np.isfinite(noise) else float("nan"),
            "wall": decibels(wall) if np.isfinite(wall) else float("nan"),
            "flicker": _mean(ours.values) / max(_mean(theirs.values), LEAST_SHIMMER) if ours.values else float("nan"),
            "pulse": _mean(ours.pulses),
            "clipped": max(self.clipped, default=float("nan")),
        }

    def stuck_seconds(self, looks: NDArray[np.int64], motion: NDArray[np.float64], fps: Fraction) -> float:
        """The longest run of unchanged looks during which the driver moves, see quality.picture.frozen_frames.

        Args:
            looks: (M,) frame numbers.
            motion: (N,) of the driver, see quality.picture.driver_motion.
        """
        same = np.zeros(len(motion), bool)
        for number, still in enumerate(self.stuck[1:], 1):
            same[looks[number - 1] + 1 : looks[number] + 1] = still
        return frozen_frames(same, motion) / float(fps)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _middle(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else float("nan")
