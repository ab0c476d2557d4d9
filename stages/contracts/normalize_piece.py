"""A piece of a driving clip that is too long to be written by one task."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.times import FrameRange
from stages.artifacts import ClipPiece
from stages.contract import Contract
from stages.contracts.normalize import Inputs
from stages.contracts.normalize import Settings as Whole
from stages.contracts.shared import EngineUse, FrameCount


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        whole: of the whole clip; it has its own length and light.
        piece: frames of it.
    """

    whole: Whole
    piece: FrameRange

    @property
    def engine(self) -> EngineUse:
        """Whose crop it is."""
        return self.whole.engine


Facts = FrameCount
CONTRACT = Contract("normalize_piece", Settings, Inputs, Facts, ClipPiece)
