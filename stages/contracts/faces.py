"""Find and follow the chosen face."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from foundation.face_choice import FaceChoice
from foundation.subject import Square
from stages.contract import Contract
from stages.contracts.shared import Backend, OneFile, TimeSpan
from stages.findings import Track

OnSceneCut = Literal["split", "hold", "error", "ignore"]
OnFaceLost = Literal["hold", "error"]


@dataclass(frozen=True, kw_only=True)
class Following:
    """How a face is followed through a clip.

    Attributes:
        start: seconds on the clip's clock.
        stop: seconds on the clip's clock; None: to its end.
        max_gap_frames: a face may be lost for so many frames and is bridged; longer ends the shot.
        expected_frames: about how many there are, for progress.
        tolerant: use what decodes of a damaged file.
        on_scene_cut: what a scene cut does; ignore: none is looked for.
        on_face_lost: what happens where the face is away for longer.
    """

    start: Fraction
    stop: Fraction | None
    max_gap_frames: int
    expected_frames: int
    tolerant: bool
    on_scene_cut: OnSceneCut
    on_face_lost: OnFaceLost


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        select: which face is meant.
        backend: what looks.
        at: of a picture that is a video's frame, its time in seconds.
        following: of a clip; None: it is a picture.
        square: what is moved whole, in place of a face: none is looked for.
    """

    select: FaceChoice
    backend: Backend
    at: Fraction | None = None
    following: Following | None = None
    square: Square | None = None


Inputs = OneFile


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was found.

    Attributes:
        frames: how many were looked at.
        found: how many show the face.
        longest_gap: frames in which it was bridged, one after the other.
        size: (width, height) of the frames in pixels.
        shots: how many show the face.
        away: when it is not seen.
    """

    frames: int
    found: int
    longest_gap: int
    size: tuple[int, int]
    shots: int
    away: tuple[TimeSpan, ...]


CONTRACT = Contract("faces", Settings, Inputs, Facts, Track)
