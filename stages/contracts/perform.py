"""A driver made up from a voice and its words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from foundation.times import FrameRange
from speech.singer import Sung
from stages.artifacts import Clip
from stages.contract import Contract
from stages.findings import Phones, Voice


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Somebody who is seen beside the singer, and looked at while singing alone.

    Attributes:
        name: before whose lines it stands.
        turns: frames of the result in which whole lines are sung; None: everywhere.
        seen: frames in which both are.
        right: where, a part of a vector of length 1.
        down: where.
    """

    name: str
    turns: tuple[FrameRange, ...] | None
    seen: FrameRange
    right: float
    down: float


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        frames: how many.
        part: of the song, that is sung.
        sung: mouths open wider singing.
        seed: of what is left to chance.
        head: how far the head turns, times what is usual.
        energy: of mouth, nods and brows, times what is usual.
        mood: what the face says beside the words.
        mouth_alone: head, eyes and brows are at rest.
        partners: whom the eyes are on but the camera.
    """

    fps: Fraction
    frames: int
    part: Sung
    sung: bool
    seed: int
    head: float
    energy: float
    mood: Literal["neutral", "happy", "sad", "angry"]
    mouth_alone: bool = False
    partners: tuple[Partner, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        voice: that sings.
        phones: that it sings; None: they are not known.
        filmed: whose head, brows and eyes are taken.
    """

    voice: Voice
    phones: Phones | None = None
    filmed: Clip | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was made up.

    Attributes:
        frames: how many.
        size: (width, height) of them in pixels.
        lines: how many are sung.
    """

    frames: int
    size: tuple[int, int]
    lines: int


CONTRACT = Contract("perform", Settings, Inputs, Facts, Clip)
