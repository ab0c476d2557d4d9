"""Tell a plate's person from what is behind, in every frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stages.artifacts import Frames, Opacities
from stages.contract import Contract
from stages.crops import PlateCrop


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        frames: how many.
    """

    fps: Fraction
    frames: int


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the plate's, with its face.
        plate: its frames.
    """

    crop: PlateCrop
    plate: Frames


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was found.

    Attributes:
        frames: how many.
        doubt: why it cannot be relied on, and nothing was written; None: it can.
    """

    frames: int
    doubt: str | None = None


CONTRACT = Contract("plate_matte", Settings, Inputs, Facts, Opacities)
