"""Cut a clip around its face, to train on."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import FaceCrops
from stages.contract import Contract
from stages.contracts.shared import FollowedClip


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        side: pixels a side.
        reach: half the side, in face heights.
        most: frames; a longer clip is thinned evenly.
    """

    side: int
    reach: float
    most: int


Inputs = FollowedClip


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was written.

    Attributes:
        frames: how many.
        side: pixels a side.
    """

    frames: int
    side: int


CONTRACT = Contract("face_crops", Settings, Inputs, Facts, FaceCrops)
