"""Animate whole frames as the published demo does."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.codec import Json
from media.ffmpeg.codecs import Encode
from stages.artifacts import Edited, File, Media
from stages.contract import Contract
from stages.contracts.shared import EngineUse, Timing
from stages.findings import Track


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: whose demo it is.
        options: of the engine's own Options, as JSON.
        timing: of the clip's frames.
        shape: (height, width) that pictures are squeezed to, pixels.
        reference: the clip's frame that motion is measured from, where no face decides it.
        video: how the result is encoded.
    """

    engine: EngineUse
    options: dict[str, Json]
    timing: Timing
    shape: tuple[int, int]
    video: Encode
    reference: int = 0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        config: of the network.
        checkpoint: its weights.
        source: the picture.
        media: the clip.
        source_face: the face in the picture, to measure motion from the frame that is most like it.
        faces: the face in the clip, likewise.
    """

    config: File
    checkpoint: File
    source: Media
    media: Media
    source_face: Track | None = None
    faces: Track | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was done.

    Attributes:
        frames: how many.
        path: how the network was computed.
        reference: the clip's frame that motion is measured from.
    """

    frames: int
    path: str
    reference: int


CONTRACT = Contract("demo", Settings, Inputs, Facts, Edited)
