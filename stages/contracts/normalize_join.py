"""Join the pieces of a driving clip."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Clip, ClipPiece
from stages.contract import Contract
from stages.contracts.normalize import Facts, Settings
from stages.findings import Track


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        faces: the face in the clip.
        pieces: of it, in order.
    """

    faces: Track
    pieces: tuple[ClipPiece, ...]


CONTRACT = Contract("normalize_join", Settings, Inputs, Facts, Clip)
