"""Join the pieces of the edit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stages.artifacts import Edited
from stages.contract import Contract
from stages.contracts.shared import FrameCount


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        pieces: how many frames each piece has.
        container: a name of media.ffmpeg.codecs.CONTAINERS.
    """

    fps: Fraction
    pieces: tuple[int, ...]
    container: str


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        pieces: encoded alike, in order.
    """

    pieces: tuple[Edited, ...]


Facts = FrameCount
CONTRACT = Contract("edit_join", Settings, Inputs, Facts, Edited)
