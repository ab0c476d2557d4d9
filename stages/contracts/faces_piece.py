"""Look at every face of a piece of a clip that is too long to be followed by one task."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.subject import Square
from foundation.times import FrameRange
from stages.contract import Contract
from stages.contracts.faces import Following
from stages.contracts.shared import Backend, OneFile
from stages.seen import Seen


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        backend: what looks.
        following: that of the whole clip.
        piece: frames of a clip that would keep this rate.
        rate: frames a second.
        last: nothing follows the piece: it ends with the clip.
        square: what is moved whole, in place of a face: none is looked for.
    """

    backend: Backend
    following: Following
    piece: FrameRange
    rate: Fraction
    last: bool
    square: Square | None = None


Inputs = OneFile


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was seen.

    Attributes:
        frames: how many were kept: those of the piece, and those before it that pass into it.
    """

    frames: int


CONTRACT = Contract("faces_piece", Settings, Inputs, Facts, Seen)
