"""How a song can be shown, and what a scene of it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Layout = Literal["full", "side_by_side", "stacked", "grid", "picture_in_picture"]


@dataclass(frozen=True)
class Pace:
    """How often is cut.

    Attributes:
        shortest, longest: seconds of a scene.
        fade: seconds of a crossfade.
        at_once: lines in a singer's turn.
        insets: who listens is shown small, now and then.
        cuts: False: all singers are seen for the whole song.
    """

    shortest: float
    longest: float
    fade: float
    at_once: int
    insets: bool
    cuts: bool = True


class Style(Enum):
    """How a song is shown."""

    LIVELY = "lively"
    CALM = "calm"
    TOGETHER = "together"


PACES = {
    Style.LIVELY: Pace(1.5, 6.0, 0.4, 1, True),
    Style.CALM: Pace(4.0, 14.0, 1.0, 2, False),
    Style.TOGETHER: Pace(0.0, 0.0, 0.0, 1, False, cuts=False),
}


@dataclass(frozen=True)
class Cut:
    """A scene. `start`: seconds; `fade`: seconds in which it comes in, 0 for a cut."""

    start: float
    layout: Layout
    seen: tuple[str, ...]
    fade: float = 0.0
