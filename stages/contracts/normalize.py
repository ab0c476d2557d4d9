"""The driving clip at a constant rate, cut to the face and sized for the engine."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.fitting import Way
from stages.artifacts import Clip
from stages.contract import Contract
from stages.contracts.shared import EngineUse, FollowedClip, TimeSpan, Timing


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A clip that is brought to another length.

    Attributes:
        way: how.
        length: seconds of it that play.
    """

    way: Way
    length: Fraction


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        engine: whose crop it is.
        timing: of the frames that are written.
        tolerant: use what decodes of a damaged file.
        fit: None: the clip has its own length.
        steady_light: level out changes of exposure and white balance.
        following: what is shown goes along with the face, and does not stand still in each shot.
    """

    engine: EngineUse
    timing: Timing
    tolerant: bool
    fit: Fit | None = None
    steady_light: bool = False
    following: bool = False


Inputs = FollowedClip


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was written.

    Attributes:
        read: frames of the clip, from the first that shows to the last.
        frames: how many were written.
        size: (width, height) of them in pixels.
        hidden: when something is in front of the mouth.
    """

    read: int
    frames: int
    size: tuple[int, int]
    hidden: tuple[TimeSpan, ...]


CONTRACT = Contract("normalize", Settings, Inputs, Facts, Clip)
