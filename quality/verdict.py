"""Figures and limits -> rows that say what holds, what is worth a look and what fails."""

from __future__ import annotations

import math
from collections.abc import Mapping

from foundation.codec import Json
from quality.limits import Limit
from quality.measure import Scope
from quality.row import Change, Row, Status
from quality.table import MEASURES, of

Changes = Mapping[str, Change]
"""By the names of measures."""


def judge(
    scope: Scope, figures: Mapping[str, float], changes: Changes, *, performer: str | None = None, soft: bool = False
) -> list[Row]:
    """One row a measure of the scope, in the table's order; those that are off are left out.

    Args:
        figures: NaN, or missing: it could not be measured.
        soft: what would fail only warns, unless the manifest sets the measure's limits or level.
    """
    rows = []
    for measure in of(scope):
        change = changes.get(measure.name, Change())
        if change.level == "off":
            continue
        fails, warns = _limits(measure.fails, measure.warns, change, soft=soft)
        value = float(figures.get(measure.name, math.nan))
        status: Status = "ok"
        if not math.isfinite(value):
            status = "unmeasured"
        elif not fails.holds(value):
            status = "fail"
        elif not warns.holds(value):
            status = "warn"
        shown = fails if status == "fail" or not str(warns) else warns
        found = None if status == "unmeasured" else round(value, 4)
        rows.append(_row(measure.name, performer, str(shown), found, status))
    return rows


def _limits(fails: Limit, warns: Limit, change: Change, *, soft: bool) -> tuple[Limit, Limit]:
    """The limits that count, after what the manifest says."""
    own = {key: value for key, value in (("min", change.min), ("max", change.max)) if value is not None}
    if own:
        asked = Limit.from_json((fails.to_json() or warns.to_json()) | own)
        return (Limit(), asked) if change.level == "warn" else (asked, asked)
    if change.level == "fail":
        fails = fails if str(fails) else warns
    elif change.level == "warn" or soft:
        warns = warns if str(warns) else fails
        fails = Limit()
    return fails, warns


def exact(check: str, expected: Json, found: Json) -> Row:
    """A promise that holds or does not."""
    return _row(check, None, expected, found, "ok" if expected == found else "fail")


def near(check: str, expected: float, found: float, tolerance: float) -> Row:
    """A promise that holds within a tolerance."""
    status: Status = "ok" if abs(expected - found) <= tolerance else "fail"
    return _row(check, None, f"{expected:.3f} +- {tolerance:.3f}", f"{found:.3f}", status)


def _row(check: str, performer: str | None, expected: Json, found: Json, status: Status) -> Row:
    return Row(check=check, performer=performer, expected=expected, found=found, status=status, holds=status != "fail")


def told(row: Row) -> str:
    """A row as a line for people."""
    who = f"{row.performer}: " if row.performer else ""
    unit = MEASURES[row.check].unit if row.check in MEASURES else ""
    found = "not measurable" if row.found is None else f"{row.found} {unit}".strip()
    wanted = f", expected {row.expected}" if row.status in ("fail", "warn") and row.expected != "" else ""
    return f"{who}{row.check} is {found}{wanted}"
