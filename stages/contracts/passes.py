"""A matte and a difference for other compositing programs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from stages.artifacts import Frames, Passes
from stages.contract import Contract
from stages.contracts.shared import FrameCount
from stages.crops import Crop, Group, Matte


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        frames: how many.
        feather: width of the blend at the region's edge, in face heights.
        passes: which.
        member: of a group, whose they are.
    """

    fps: Fraction
    frames: int
    feather: float
    passes: tuple[Literal["matte", "difference"], ...]
    member: int = 0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
        chunks: the composited frames, in order.
        plate: of a moving plate, its frames; the crop is then a PlateCrop.
        matte: where the portrait's person is; None, or empty: the matte is that of the moving region.
        group: where several are in the picture, what they share.
    """

    crop: Crop
    chunks: tuple[Frames, ...]
    plate: Frames | None = None
    matte: Matte | None = None
    group: Group | None = None


Facts = FrameCount
CONTRACT = Contract("passes", Settings, Inputs, Facts, Passes)
