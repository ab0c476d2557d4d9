"""Look at a performer's result again, beside its driver."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from foundation.times import FrameRange
from quality.gains import Gains
from speech.singer import Sung
from stages.artifacts import Clip, Frames
from stages.contract import Contract
from stages.contracts.shared import Backend, Measured
from stages.crops import Crop, Matte
from stages.findings import Looks, Phones, Voice


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        backend: what looks.
        fps: frames a second.
        frames: how many.
        looks_per_second: how often.
        into: what the frames show: the part of the portrait that moves, or the crop.
        feather: width of the blend at the region's edge, in face heights.
        gains: how much of the driver's movement was taken.
        chunks: the first frames of the chunks.
        drawn: the frames that there are; None: all.
        sings: the frames in which it sings; None: all. Only those are compared with the driver.
        sung: what it has of a song, of a driver that is made up; None: it was filmed.
        head: how far that driver turns its head, times what is usual.
    """

    backend: Backend
    fps: Fraction
    frames: int
    looks_per_second: float
    into: Literal["portrait", "crop"]
    feather: float
    gains: Gains
    chunks: tuple[int, ...]
    drawn: tuple[FrameRange, ...] | None = None
    sings: tuple[FrameRange, ...] | None = None
    sung: Sung | None = None
    head: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a result is held against.

    Attributes:
        crop: the portrait's.
        clip: the driving clip.
        voice: of a driver that is made up.
        phones: what it sings, where its words are known.
        matte: where the portrait's person is, for an engine that leaves what is behind it.
    """

    crop: Crop
    clip: Clip
    voice: Voice | None = None
    phones: Phones | None = None
    matte: Matte | None = None


@dataclass(frozen=True, kw_only=True)
class Inputs(Model):
    """What is read.

    Attributes:
        chunks: the frames that are judged.
    """

    chunks: tuple[Frames, ...]


Facts = Measured
CONTRACT = Contract("measure", Settings, Inputs, Facts, Looks)
