"""A driver made up from a voice and its words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from speech.singer import Sung
from stages.artifacts import Clip, Phones, Voice
from stages.contract import Contract


@dataclass(frozen=True, kw_only=True)
class Glance:
    """Somebody looks somewhere for a while.

    Attributes:
        since: seconds of the result.
        until: seconds of the result.
        right: in the picture, widths of an eye; 0 is the camera.
    """

    since: Fraction
    until: Fraction
    right: float


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
        glances: where the eyes are but at the camera.
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
    glances: tuple[Glance, ...] = ()


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
