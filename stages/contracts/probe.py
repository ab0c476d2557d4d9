"""Read what a media file is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from media.files.info import MediaInfo
from stages.artifacts import Media, Nothing
from stages.contract import Contract


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


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Attributes:
    media: the file.
    """

    media: Media


Facts = MediaInfo
CONTRACT = Contract("probe", Settings, Inputs, Facts, Nothing)
