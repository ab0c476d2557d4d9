"""Sing a sample vocal from a face's mouth."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Media
from stages.contract import Contract
from stages.contracts.shared import Timing
from stages.findings import Track


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        timing: of the clip whose mouth sings.
    """

    timing: Timing


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        faces: the face that sings.
    """

    faces: Track


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was sung.

    Attributes:
        frames: of the clip.
        sample_rate: Hz.
    """

    frames: int
    sample_rate: int


CONTRACT = Contract("sample_vocals", Settings, Inputs, Facts, Media)
