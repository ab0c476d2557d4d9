"""A driver whose motion is kept in a file, at a constant rate."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Clip
from stages.contract import Contract
from stages.contracts.normalize import Fit
from stages.contracts.shared import OneFile, Timing


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        timing: of the frames that are written.
        fit: None: the file has its own length.
    """

    timing: Timing
    fit: Fit | None = None


Inputs = OneFile


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was written.

    Attributes:
        frames: how many.
        kept: how many the file has.
    """

    frames: int
    kept: int


CONTRACT = Contract("motion_file", Settings, Inputs, Facts, Clip)
