"""What the contracts of several stages have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.subject import Subject
from stages.artifacts import Media
from stages.findings import Track


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


@dataclass(frozen=True, kw_only=True)
class OneFile:
    """What is read.

    Attributes:
        media: a picture, a clip, or a file of motion.
    """

    media: Media


@dataclass(frozen=True, kw_only=True)
class FollowedClip:
    """What is read.

    Attributes:
        media: the clip.
        faces: the face in it.
    """

    media: Media
    faces: Track


@dataclass(frozen=True, kw_only=True)
class FrameCount:
    """What was written.

    Attributes:
        frames: how many.
    """

    frames: int


@dataclass(frozen=True, kw_only=True)
class PastedFrames:
    """What was written.

    Attributes:
        frames: how many.
        box: [x0, y0, x1, y1] of the picture that they show, pixels.
    """

    frames: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured.

    Attributes:
        frames: how many there are.
        looks: at how many of them.
        figures: by name; None: not measurable.
    """

    frames: int
    looks: int
    figures: dict[str, float | None]
