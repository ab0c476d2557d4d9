"""Tell the portrait's person from what is behind."""

from __future__ import annotations

from dataclasses import dataclass

from stages.contract import Contract
from stages.crops import Crop, Matte


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Nothing can be chosen."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
    """

    crop: Crop


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was found.

    Attributes:
        share: of the picture that is the person.
        doubt: why it cannot be relied on, and nothing was written; None: it can.
    """

    share: float
    doubt: str | None = None


CONTRACT = Contract("matte", Settings, Inputs, Facts, Matte)
