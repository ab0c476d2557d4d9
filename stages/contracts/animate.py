"""Move the portrait, a chunk of frames at a time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from compositing.style import PasteStyle
from foundation.codec import Json
from foundation.times import FrameRange
from stages.artifacts import Clip, File, Frames, Opacities, Prepared
from stages.contract import Contract
from stages.contracts.shared import EngineUse
from stages.crops import Crop, Matte


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: who animates.
        options: of the engine's own Options, as JSON.
        range: the frames of the result.
        fps: of them a second.
        paste: how they are laid into the portrait; None: they are the crop's alone.
        opacity: write, too, where the portrait's person is in them, if anybody can tell.
    """

    engine: EngineUse
    options: dict[str, Json]
    range: FrameRange
    fps: Fraction
    paste: PasteStyle | None = None
    opacity: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
        clip: the driving clip.
        prepared: what the engine prepared for it.
        files: the engine's own, by its names for them.
        plate: of a moving plate, its frames, which may be more than the clip's.
        matte: of a still portrait, its person: what is behind it then stays.
        opacities: of a moving plate, its person, frame by frame: the same.
    """

    crop: Crop
    clip: Clip
    prepared: Prepared
    files: dict[str, File]
    plate: Frames | None = None
    matte: Matte | None = None
    opacities: Opacities | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was written.

    Attributes:
        frames: how many.
        size: (width, height) of them in pixels.
    """

    frames: int
    size: tuple[int, int]


CONTRACT = Contract("animate", Settings, Inputs, Facts, Frames)
