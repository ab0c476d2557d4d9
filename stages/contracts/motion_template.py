"""A driver's motion as a file that other programs read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.codec import Json
from stages.artifacts import Clip, File, Template
from stages.contract import Contract
from stages.contracts.shared import EngineUse, FrameCount


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: whose file it is.
        options: of the engine's own Options, as JSON.
        fps: frames a second of the clip.
    """

    engine: EngineUse
    options: dict[str, Json]
    fps: Fraction


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        clip: the driver.
        files: the engine's own, by its names for them.
    """

    clip: Clip
    files: dict[str, File]


Facts = FrameCount
CONTRACT = Contract("motion_template", Settings, Inputs, Facts, Template)
