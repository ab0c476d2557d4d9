"""What the engine needs from the whole clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from face.motion import Motion, TurnRanges
from foundation.codec import Json
from stages.artifacts import Clip, File, Frames, Prepared
from stages.contract import Contract
from stages.contracts.shared import Backend, EngineUse
from stages.crops import Crop


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: who animates.
        options: of the engine's own Options, as JSON.
        motion: how much is taken.
        turns: None: it sings all the time.
        backend: what looks at the result again.
        fps: frames a second of the clip.
    """

    engine: EngineUse
    options: dict[str, Json]
    motion: Motion
    turns: TurnRanges | None
    backend: Backend
    fps: Fraction


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
        clip: the driving clip.
        files: the engine's own, by its names for them.
        plate: of a moving plate, its frames; the crop is then what plate_path wrote.
    """

    crop: Crop
    clip: Clip
    files: dict[str, File]
    plate: Frames | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was prepared.

    Attributes:
        arrays: their names.
        frames: of the clip.
        shots: how many of it show the face.
    """

    arrays: tuple[str, ...]
    frames: int
    shots: int


CONTRACT = Contract("prepare", Settings, Inputs, Facts, Prepared)
