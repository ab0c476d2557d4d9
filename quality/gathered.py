"""What is gathered of a performer's pixels, look by look, and the figures that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from quality import identity
from quality.features import COLUMNS, Row
from quality.picture import frozen_frames
from quality.surface import decibels

LEAST_SHIMMER = 0.1
"""Percent: a driver that flickers less, as a drawn one may, counts as flickering so much."""
NEUTRAL = 6
"""Frames on which identity is measured."""
GIVE_UP = 10
"""Looks without any face after which no more are taken: there is none."""


@dataclass
class Gathered:
    """One value a look, or a triple: see quality.features, quality.surface and quality.identity.

    Attributes:
        driver, result: a look's rows.
        found: the look shows a face.
        shape, look: how far that face is from the portrait's; NaN where there is none, or the driver is far from its
            rest, see `identity.neutral`.
        stuck: the look shows the same as the one before.
        clipped: how much more of the look is clipped than of the portrait.
        flicker, pulses: of the result at a triple, see Triples.
        shimmer: of the driver at a triple.
        background, wall, seam: at a triple.
        motion: of a whole picture that is moved, of every frame, see quality.picture.picture_motion.
    """

    driver: list[Row] = field(default_factory=list)
    result: list[Row] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)
    shape: list[float] = field(default_factory=list)
    look: list[float] = field(default_factory=list)
    stuck: list[bool] = field(default_factory=list)
    clipped: list[float] = field(default_factory=list)
    flicker: list[float] = field(default_factory=list)
    pulses: list[float] = field(default_factory=list)
    shimmer: list[float] = field(default_factory=list)
    background: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    seam: list[float] = field(default_factory=list)
    motion: list[float] = field(default_factory=list)

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """What was gathered of the parts of a result, in their order."""
        parts = list(parts)
        return cls(**{name: [each for part in parts for each in getattr(part, name)] for name in _names()})

    def save(self, path: Path) -> None:
        """Write it, an array a list."""
        np.savez(path, allow_pickle=False, **{name: np.asarray(getattr(self, name)) for name in _names()})

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(**{name: list(kept[name]) for name in _names()})

    def rows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(M, F) the driver's and the result's; no face is known in these where the first looks have not seen any."""
        driver, result = (np.reshape(rows, (-1, len(COLUMNS))) for rows in (self.driver, self.result))
        return driver, result if self.shows_face else np.full_like(result, np.nan)

    @property
    def shows_face(self) -> bool:
        """Whether one of the first looks has seen a face."""
        return any(self.found[:GIVE_UP])

    def figures(self) -> dict[str, float]:
        """All that is not of rows, but `stuck`."""
        noise, wall = _mean(self.background), _mean(self.wall)
        shape, look = (self._neutral(values) for values in (self.shape, self.look))
        return {
            "identity_shape": _middle(shape),
            "identity_look": _middle(look),
            "seam": _middle(self.seam),
            "background": decibels(noise) if np.isfinite(noise) else float("nan"),
            "wall": decibels(wall) if np.isfinite(wall) else float("nan"),
            "flicker": _mean(self.flicker) / max(_mean(self.shimmer), LEAST_SHIMMER) if self.flicker else float("nan"),
            "pulse": _mean(self.pulses),
            "clipped": max(self.clipped, default=float("nan")),
        }

    def _neutral(self, values: Sequence[float]) -> list[float]:
        """Those of the looks that show the driver nearest to its rest."""
        driver, _ = self.rows()
        chosen = [values[row] for row in identity.neutral(driver, NEUTRAL)] if self.shows_face else []
        return [value for value in chosen if np.isfinite(value)]

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


def _names() -> list[str]:
    return [each.name for each in fields(Gathered)]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _middle(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else float("nan")
