"""Follow the chosen face through what was seen of the pieces of a clip."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.face_choice import FaceChoice
from stages.artifacts import Media
from stages.contract import Contract
from stages.contracts.faces import Facts, Following
from stages.findings import Track
from stages.seen import Seen


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        select: which face is meant.
        following: how it is followed.
    """

    select: FaceChoice
    following: Following


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        media: the clip, for messages.
        pieces: of it, in order.
    """

    media: Media
    pieces: tuple[Seen, ...]


CONTRACT = Contract("faces_join", Settings, Inputs, Facts, Track)
