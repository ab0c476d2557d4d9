"""Cut the portrait around its face."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stages.artifacts import File, Media
from stages.contract import Contract
from stages.contracts.shared import EngineUse
from stages.crops import Crop
from stages.findings import Track


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: whose crop it is.
        at: of a picture that is a video's frame, its time in seconds.
        alpha: keep what is transparent apart, in opacity.png.
        face_limit: pixels; a picture whose tallest head is taller is made smaller, to that height; None: never.
    """

    engine: EngineUse
    at: Fraction | None = None
    alpha: bool = False
    face_limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        media: the picture.
        faces: the performer's face in it.
        others: the faces of those who have other faces of the same picture.
        in_front: pictures that stay in front of it, the last one uppermost.
    """

    media: Media
    faces: Track
    others: tuple[Track, ...] = ()
    in_front: tuple[File, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How the crop lies in the picture.

    Attributes:
        box: [x0, y0, x1, y1] that it covers, pixels.
        size: (width, height) of the crop.
        picture: (width, height) of the picture.
        face_height: pixels of the picture.
    """

    box: tuple[int, int, int, int]
    size: tuple[int, int]
    picture: tuple[int, int]
    face_height: float


CONTRACT = Contract("crop", Settings, Inputs, Facts, Crop)
