"""Look at a dubbed video again: its mouth beside the new words', and beside its own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from speech.singer import Sung
from stages.artifacts import Clip, Frames
from stages.contract import Contract
from stages.contracts.shared import Backend
from stages.crops import PlateCrop
from stages.findings import Looks, Phones, Voice


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        backend: what looks.
        fps: frames a second.
        frames: how many.
        looks_per_second: how often.
        chunks: the first frames of the chunks.
        sung: what it has of the song.
    """

    backend: Backend
    fps: Fraction
    frames: int
    looks_per_second: float
    chunks: tuple[int, ...]
    sung: Sung


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the face in the video as it was.
        clip: the driver that is made up.
        chunks: the frames that are judged, whole pictures.
        voice: that sings.
        phones: that it sings, where its words are known.
    """

    crop: PlateCrop
    clip: Clip
    chunks: tuple[Frames, ...]
    voice: Voice
    phones: Phones | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was seen.

    Attributes:
        looks: how many.
        figures: by name; None: not measurable.
    """

    looks: int
    figures: dict[str, float | None]


CONTRACT = Contract("dubbing", Settings, Inputs, Facts, Looks)
