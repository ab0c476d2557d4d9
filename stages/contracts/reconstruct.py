"""Compare a reconstructed clip with the clip itself."""

from __future__ import annotations

from dataclasses import dataclass

from stages.artifacts import Frames, Media
from stages.contract import Contract
from stages.contracts.shared import Backend, Measured, Timing
from stages.crops import Crop
from stages.findings import Figures, Track


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        backend: what looks.
        timing: of the frames that are compared.
        step: every how many are looked at.
        chunks: the first frames of the chunks.
    """

    backend: Backend
    timing: Timing
    step: int
    chunks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        media: the clip.
        faces: the face in it.
        crop: of its first frame.
        chunks: that frame, animated and composited.
    """

    media: Media
    faces: Track
    crop: Crop
    chunks: tuple[Frames, ...]


Facts = Measured
CONTRACT = Contract("reconstruct", Settings, Inputs, Facts, Figures)
