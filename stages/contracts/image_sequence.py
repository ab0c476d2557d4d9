"""Numbered pictures to one clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stages.artifacts import File, Media
from stages.contract import Contract


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Attributes:
    fps: pictures a second.
    """

    fps: Fraction


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Attributes:
    pictures: in their order.
    """

    pictures: tuple[File, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Attributes:
    frames: how many there are.
    size: (width, height) in pixels.
    """

    frames: int
    size: tuple[int, int]


CONTRACT = Contract("image_sequence", Settings, Inputs, Facts, Media)
