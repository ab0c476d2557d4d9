"""What the engine needs from the whole clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from face.motion import Motion, TurnRanges
from foundation.codec import Json
from stages.artifacts import Clip, File, Prepared
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
        plate: the portrait is a moving plate, and the crop what plate_path wrote.
    """

    engine: EngineUse
    options: dict[str, Json]
    motion: Motion
    turns: TurnRanges | None
    backend: Backend
    fps: Fraction
    plate: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crop: the portrait's.
        clip: the driving clip.
        files: the engine's own, by its names for them.
    """

    crop: Crop
    clip: Clip
    files: dict[str, File]


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
