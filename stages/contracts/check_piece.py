"""Decode a piece of a finished video."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.times import FrameRange
from stages.artifacts import Film
from stages.contract import Contract
from stages.findings import Looks, Watched


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        frames: of the whole video.
        piece: those that are decoded; a key frame begins it.
    """

    fps: Fraction
    frames: int
    piece: FrameRange


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is decoded.

    Attributes:
        video: the result.
        looks: at each performer.
    """

    video: Film
    looks: tuple[Looks, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was done.

    Attributes:
        frames: how many were decoded.
    """

    frames: int


CONTRACT = Contract("check_piece", Settings, Inputs, Facts, Watched)
