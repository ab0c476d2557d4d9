"""Look at a piece of a performer's result again, beside its driver."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.times import FrameRange
from stages.contract import Contract
from stages.contracts.measure import Inputs
from stages.contracts.measure import Settings as Whole
from stages.contracts.shared import Backend
from stages.findings import Glimpses


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        whole: of the whole result; its chunks are those that are given.
        piece: frames of it.
        begin: the frame from which the face is followed, so that what is kept does not depend on it. The first look of
            all comes before it: where a face is in what is cut out around it tells its pose.
    """

    whole: Whole
    piece: FrameRange
    begin: int

    @property
    def backend(self) -> Backend:
        """What looks."""
        return self.whole.backend


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was done.

    Attributes:
        looks: how many were taken.
    """

    looks: int


CONTRACT = Contract("measure_piece", Settings, Inputs, Facts, Glimpses)
