"""The measures as users read them."""

from __future__ import annotations

import math

import pytest

from quality.limits import Limit
from quality.measure import Measure
from quality.row import Change, Row
from quality.table import MEASURES, markdown
from quality.verdict import judge
from tests.conftest import ROOT


def test_the_docs_say_what_the_code_says() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    table = page.split("<!-- bench: measures -->\n")[1].split("<!-- end: measures -->")[0]
    assert table == markdown(), "write it anew with `python -m bench --measures`"


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_what_fails_also_warns(measure: Measure) -> None:
    fails, warns = measure.fails, measure.warns
    assert warns.low >= fails.low
    assert warns.high <= fails.high


def verdict(value: float, changes: dict[str, Change] | None = None, *, soft: bool = False) -> Row | None:
    rows = judge("performer", {"mouth_r": value}, changes or {}, performer="one", soft=soft)
    return next((row for row in rows if row.check == "mouth_r"), None)


@pytest.mark.parametrize(
    ("value", "changes", "soft", "status"),
    [
        (0.95, {}, False, "ok"),
        (0.7, {}, False, "warn"),
        (0.2, {}, False, "fail"),
        (math.nan, {}, False, "unmeasured"),
        (0.2, {}, True, "warn"),
        (0.2, {"mouth_r": Change(min=0.1)}, False, "ok"),
        (0.7, {"mouth_r": Change(min=0.9)}, False, "fail"),
        (0.7, {"mouth_r": Change(min=0.9)}, True, "fail"),
        (0.7, {"mouth_r": Change(min=0.9, level="warn")}, False, "warn"),
        (0.2, {"mouth_r": Change(level="warn")}, False, "warn"),
        (0.2, {"mouth_r": Change(level="fail")}, True, "fail"),
        (0.7, {"mouth_r": Change(level="fail")}, True, "warn"),
    ],
)
def test_limits_levels_and_what_cannot_be_measured(
    value: float, changes: dict[str, Change], soft: bool, status: str
) -> None:
    row = verdict(value, changes, soft=soft)
    assert row is not None
    assert row.status == status
    assert row.holds == (status != "fail")


def test_a_measure_that_is_off_is_not_told() -> None:
    assert verdict(0.2, {"mouth_r": Change(level="off")}) is None


def test_limits_survive_json() -> None:
    for limit in (Limit(), Limit(low=1), Limit(high=2), Limit(0, 0), Limit(-1, 1)):
        assert Limit.from_json(limit.to_json()) == limit
