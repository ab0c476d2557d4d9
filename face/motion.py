"""How much of a performer's movement a portrait takes, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from foundation.times import FrameRange

Reference = Literal["best", "neutral", "nearest", "first"] | int
"""The driving frame that counts as the portrait's own pose: the one that suits the engine best, the face most at rest,
the one most like the portrait's, the first, or a frame's number."""


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How much is taken; 1 is as measured.

    Attributes:
        mode: from the driver's own neutral face, or as the driver's face is.
        reference: the driving frame that counts as neutral.
        head: of the head's turning, 0 to 2.
        expression: of brows, cheeks and lips, 0 to 2.
        mouth: of the mouth's opening, 0 to 2.
        smoothing: frames of Gaussian sigma, 0 to 2.
    """

    mode: Literal["relative", "absolute"] = "relative"
    reference: Reference = "best"
    head: float = 1.0
    expression: float = 1.0
    mouth: float = 1.0
    smoothing: float = 0.5


@dataclass(frozen=True, kw_only=True)
class TurnRanges:
    """Of a performer who does not sing all the time.

    Attributes:
        sings: frames in which it does, ascending.
        ease: frames in which a face begins to sing, before its turn, and stops, after it.
        listening: how much of head and face is taken meanwhile, 0 to 1; the mouth is shut then.
    """

    sings: tuple[FrameRange, ...]
    ease: int
    listening: float
