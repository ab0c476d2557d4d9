"""What a check says, and what a manifest says of checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from foundation.codec import Json

Level = Literal["fail", "warn", "off"]
Status = Literal["ok", "warn", "fail", "unmeasured"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a manifest says of one measure, as far as it says it.

    Attributes:
        min: the least that holds.
        max: the most that holds.
        level: what happens where it does not hold.
    """

    min: float | None = None
    max: float | None = None
    level: Level | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One check.

    Attributes:
        check: its name.
        performer: whose face it is about, if it is.
        expected: what was promised, or the limit.
        found: what there is; None: it could not be measured.
        status: how it ended.
        holds: it did not fail.
    """

    check: str
    performer: str | None
    expected: Json
    found: Json
    status: Status
    holds: bool
