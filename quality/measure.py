"""What a measure is: its name, unit, limits, meaning and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quality.limits import Limit

Scope = Literal["sound", "picture", "performer", "singer"]
ANY = Limit()


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        scope: of the sound, of the finished picture, of each performer, or of each who sings from words.
        unit, range: of its values.
        fails, warns: outside the first a result fails, outside the second it warns; both may be open.
        means: its definition.
        shows: what a person would see or hear when it fails.
        source: where it comes from.
    """

    name: str
    scope: Scope
    unit: str
    range: str
    fails: Limit
    warns: Limit
    means: str
    shows: str
    source: str


def at_least(fails: float | None, warns: float) -> tuple[Limit, Limit]:
    """(fails, warns) of a measure that should be high; None never fails."""
    return (ANY if fails is None else Limit(low=fails)), Limit(low=warns)


def at_most(fails: float | None, warns: float) -> tuple[Limit, Limit]:
    """(fails, warns) of a measure that should be low."""
    return (ANY if fails is None else Limit(high=fails)), Limit(high=warns)


def within(fails: float | None, warns: float) -> tuple[Limit, Limit]:
    """(fails, warns) of a measure that should be near 0."""
    return (ANY if fails is None else Limit(-fails, fails)), Limit(-warns, warns)
