"""A video as the portrait: its frames at a constant rate."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Frames, Media
from stages.contract import Contract
from stages.contracts.shared import Timing


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        timing: of the frames that are written.
    """

    timing: Timing


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        media: the video.
    """

    media: Media


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was written.

    Attributes:
        frames: how many.
    """

    frames: int


CONTRACT = Contract("plate_frames", Settings, Inputs, Facts, Frames)
