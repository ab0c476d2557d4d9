"""Animate whole frames as the published demo does."""

from __future__ import annotations

from dataclasses import dataclass

from media.ffmpeg.codecs import Encode
from stages.artifacts import Edited, File, Media, Track
from stages.contract import Contract
from stages.contracts.shared import Timing


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine_version: of the engine tpsmm.
        timing: of the clip's frames.
        shape: (height, width) that pictures are squeezed to, pixels.
        mode: relative, standard or avd.
        precision: of the network's arithmetic.
        device: cpu, cuda or auto.
        video: how the result is encoded.
    """

    engine_version: int
    timing: Timing
    shape: tuple[int, int]
    mode: str
    precision: str
    device: str
    video: Encode


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
