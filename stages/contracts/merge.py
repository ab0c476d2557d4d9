"""Put several moving faces into their one picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.times import FrameRange
from stages.artifacts import Frames
from stages.contract import Contract
from stages.contracts.shared import PastedFrames
from stages.crops import Crop, Group, Matte


@dataclass(frozen=True, kw_only=True)
class Member:
    """One performer.

    Attributes:
        frames: how many it moves for; then it stays as in the last.
        chunks: the first frames of the chunks that are given.
    """

    frames: int
    chunks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        range: the frames of the result.
        fps: of them a second.
        members: in the order of the crops.
        opacity: write, too, where the performers are in them, if anybody can tell.
    """

    range: FrameRange
    fps: Fraction
    members: tuple[Member, ...]
    opacity: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        group: what the performers share.
        crops: the performers'.
        chunks: of each performer, the composited frames.
        mattes: of each, to tell where they go.
    """

    group: Group
    crops: tuple[Crop, ...]
    chunks: tuple[tuple[Frames, ...], ...]
    mattes: tuple[Matte, ...] = ()


Facts = PastedFrames
CONTRACT = Contract("merge", Settings, Inputs, Facts, Frames)
