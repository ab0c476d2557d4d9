"""What was seen of the pieces of a performer's result, and the figures that it makes."""

from __future__ import annotations

from dataclasses import dataclass

from stages.contract import Contract
from stages.contracts.measure import Facts, Model, Settings
from stages.findings import Glimpses, Looks


@dataclass(frozen=True, kw_only=True)
class Inputs(Model):
    """What is read.

    Attributes:
        pieces: of the result, in order.
    """

    pieces: tuple[Glimpses, ...]


CONTRACT = Contract("measure_join", Settings, Inputs, Facts, Looks)
