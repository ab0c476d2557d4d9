"""Put the moving region back into the full picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from compositing.style import PasteStyle
from foundation.times import FrameRange
from stages.artifacts import Frames
from stages.contract import Contract
from stages.contracts.shared import PastedFrames
from stages.crops import Crop, Matte


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        range: the frames of the result.
        fps: of them a second.
        style: how they are pasted.
        opacity: write, too, where the portrait's person is in them, if anybody can tell.
    """

    range: FrameRange
    fps: Fraction
    style: PasteStyle
    opacity: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
        moved: it, animated.
        matte: its person, whom the crop moves: what is behind it then stays.
    """

    crop: Crop
    moved: Frames
    matte: Matte | None = None


Facts = PastedFrames
CONTRACT = Contract("composite", Settings, Inputs, Facts, Frames)
