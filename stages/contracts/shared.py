"""What the contracts of several stages have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Backend:
    """The landmark backend that looks at faces.

    Attributes:
        name: as in landmarks.BACKENDS.
        version: of its table.
    """

    name: str
    version: int


@dataclass(frozen=True, kw_only=True)
class EngineUse:
    """The engine that animates.

    Attributes:
        name: as in engines.ENGINES.
        version: of its table.
        crop_size: pixels a side of the crop that its network takes, where that is not the engine's own.
        subject: what it moves.
    """

    name: str
    version: int
    crop_size: int | None = None
    subject: Subject = "face"


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Frames of a file at a constant rate.

    Attributes:
        start: when the first is, seconds on the file's clock.
        frames: how many.
        fps: frames a second.
    """

    start: Fraction
    frames: int
    fps: Fraction


@dataclass(frozen=True, kw_only=True)
class TimeSpan:
    """A part of a clip, seconds on the clip's clock.

    Attributes:
        since: when it begins.
        until: when what follows begins, or the clip's last frame.
    """

    since: Fraction
    until: Fraction
