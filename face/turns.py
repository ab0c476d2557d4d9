"""Whose turn it is: a performer who is not singing listens, with its mouth shut and its motion damped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face.motion import TurnRanges
from foundation.geometry import Array


@dataclass(frozen=True)
class Turns:
    """When the performer of one shot sings.

    It is kept whole, and asked for the frames of a span, so that nobody cuts it to them twice.

    Attributes:
        shares: (N,) how much of each frame's singing is taken: 1 sings, 0 listens; None: all of it, in every frame.
        listening: 0..1, how much of head and face a listener takes.
    """

    shares: Array | None = None
    listening: float = 0.0

    @staticmethod
    def of(ranges: TurnRanges | None, part: slice) -> Turns:
        """The turns of the frames `part` of a clip.

        A voice that sets in finds the face in full motion: it is eased in before each turn, and out after it.

        Args:
            ranges: in frames of the clip; None: it sings all the time.
        """
        if ranges is None:
            return Turns()
        index = np.arange(part.start, part.stop)
        shares = np.zeros(len(index))
        for turn in ranges.sings:
            if not len(turn):
                continue
            away = np.maximum(0, np.maximum(turn.start - index, index - (turn.stop - 1)))
            near = np.clip(1 - away / (ranges.ease + 1), 0, 1)
            np.maximum(shares, near * near * (3 - 2 * near), out=shares)
        return Turns(shares, ranges.listening)

    def sung(self, span: slice) -> Array:
        """(n,) how much of the mouth's motion is taken in the frames `span`."""
        return np.ones(span.stop - span.start) if self.shares is None else self.shares[span]

    def kept(self, span: slice, part: float | Array = 1.0) -> Array:
        """(n, ...) how much of another motion is taken in the frames `span`.

        Args:
            part: of that motion, how much a listener takes of what it takes on the whole: a number, or one for each of
                some points, which then are the second axis.
        """
        sung = self.sung(span)
        sung = sung if np.ndim(part) == 0 else sung[:, None]
        return sung + (1 - sung) * (self.listening * part)
