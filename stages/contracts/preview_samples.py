"""A quick look at a performer, before any long work."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from face.motion import Motion
from foundation.codec import Json
from foundation.face_choice import FaceChoice
from foundation.subject import Square
from stages.artifacts import File, Frames, Media
from stages.contract import Contract
from stages.contracts.shared import Backend, EngineUse
from stages.crops import Crop, Matte

SHOWN = 4
"""Frames that are animated."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The clip that is followed.

    Attributes:
        select: whose face.
        start: seconds on the clip's clock.
        length: seconds of it that play.
        tolerant: use what decodes of a damaged file.
        square: what is moved whole, in place of a face.
    """

    select: FaceChoice
    start: Fraction
    length: Fraction
    tolerant: bool
    square: Square | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: who animates.
        options: of the engine's own Options, as JSON.
        motion: how much is taken.
        backend: what looks.
        fps: frames a second of the result.
        watched: None: a performance that is made up; its usual mouths are shown.
    """

    engine: EngineUse
    options: dict[str, Json]
    motion: Motion
    backend: Backend
    fps: Fraction
    watched: Watched | None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
        media: the clip, if one is followed.
        files: the engine's own, by its names for them.
        matte: where the portrait's person is, as the animation takes it.
    """

    crop: Crop
    media: Media | None
    files: dict[str, File]
    matte: Matte | None = None


Corners = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of the picture's width and height."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One moment of the clip.

    Attributes:
        seconds: into the clip.
        picture: file of the whole frame.
        crop: file of what the engine is shown of it.
        face: where the face is.
        box: where the crop is.
        animated: it is among the frames that were animated.
    """

    seconds: float
    picture: str
    crop: str
    face: Corners
    box: Corners
    animated: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was seen.

    Attributes:
        looked: at how many moments.
        found: how many of them show the face.
        reference: which of `looks` counts as neutral.
        looks: those that are kept.
    """

    looked: int
    found: int
    reference: int
    looks: tuple[Look, ...]


CONTRACT = Contract("preview_samples", Settings, Inputs, Facts, Frames)
