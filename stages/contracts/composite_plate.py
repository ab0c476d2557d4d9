"""Put the moving face into its moving plate."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Frames, Opacities
from stages.contract import Contract
from stages.contracts.composite import Settings
from stages.contracts.shared import FrameCount
from stages.crops import PlateCrop


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the plate's.
        plate: its frames.
        moved: the crop, animated.
        matte: where the plate's person is: what is behind it then stays.
    """

    crop: PlateCrop
    plate: Frames
    moved: Frames
    matte: Opacities | None = None


Facts = FrameCount
CONTRACT = Contract("composite_plate", Settings, Inputs, Facts, Frames)
