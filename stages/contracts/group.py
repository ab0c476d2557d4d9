"""Find out what the faces of one picture share."""

from __future__ import annotations

from dataclasses import dataclass

from stages.contract import Contract
from stages.crops import Crop, Group, Matte


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Nothing can be chosen."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crops: the performers', of one picture.
        mattes: of each performer; without them, nobody is cut out.
    """

    crops: tuple[Crop, ...]
    mattes: tuple[Matte, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was found.

    Attributes:
        box: [x0, y0, x1, y1] of the picture that moves, pixels.
        performers: how many there are.
    """

    box: tuple[int, int, int, int]
    performers: int


CONTRACT = Contract("group", Settings, Inputs, Facts, Group)
