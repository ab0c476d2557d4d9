"""The crop that follows a face through a moving plate."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Frames
from stages.contract import Contract
from stages.contracts.shared import EngineUse, Timing
from stages.crops import PlateCrop
from stages.findings import Track


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: whose crop it is.
        timing: of the plate's frames, on the clock of its file.
    """

    engine: EngineUse
    timing: Timing


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        plate: its frames.
        faces: the face in its file.
    """

    plate: Frames
    faces: Track


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How the crop goes.

    Attributes:
        reference: the plate's most usual frame.
        size: (width, height) of the crop in pixels.
        frames: how many.
    """

    reference: int
    size: tuple[int, int]
    frames: int


CONTRACT = Contract("plate_path", Settings, Inputs, Facts, PlateCrop)
