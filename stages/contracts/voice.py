"""One voice out of a song, as it is listened to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from stages.artifacts import Media
from stages.contract import Contract
from stages.findings import Voice


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        stream: the number of the track in its file, of those that can be decoded.
        start: where it begins on its file's clock, seconds.
        length: seconds; None: to its end.
        separate: whether the voice is taken out of music; auto: where there is some.
    """

    stream: int
    start: Fraction
    length: Fraction | None
    separate: Literal["auto", "yes", "no"]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        sound: a file with sound.
    """

    sound: Media


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is heard.

    Attributes:
        seconds: how long it is.
        separated: music was taken away.
    """

    seconds: float
    separated: bool


CONTRACT = Contract("voice", Settings, Inputs, Facts, Voice)
