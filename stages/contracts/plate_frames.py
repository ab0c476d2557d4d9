"""A video as the portrait: its frames at a constant rate."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Frames
from stages.contract import Contract
from stages.contracts.shared import FrameCount, OneFile, Timing


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        timing: of the frames that are written.
    """

    timing: Timing


Inputs = OneFile
Facts = FrameCount
CONTRACT = Contract("plate_frames", Settings, Inputs, Facts, Frames)
