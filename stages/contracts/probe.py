"""Read what a media file is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from media.files.info import MediaInfo
from stages.artifacts import Nothing
from stages.contract import Contract
from stages.contracts.shared import OneFile


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """Numbered pictures as a clip.

    Attributes:
        pictures: how many there are.
        fps: pictures a second.
    """

    pictures: int
    fps: Fraction


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Attributes:
    numbered: the file is the first of these numbered pictures; None: it stands for itself.
    """

    numbered: Numbered | None = None


Inputs = OneFile
Facts = MediaInfo
CONTRACT = Contract("probe", Settings, Inputs, Facts, Nothing)
