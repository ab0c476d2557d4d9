"""docs/media.md says what is true."""

from __future__ import annotations

import re

from foundation import limits
from media.image.images import FORMATS
from tests.conftest import ROOT
from tests.hostile import table

PAGE = (ROOT / "docs" / "media.md").read_text(encoding="utf-8")


def test_the_table_of_hostile_clips_is_the_tested_one() -> None:
    """Where it is not: python -c "from tests.hostile import table; print(table())"."""
    found = re.search(r"<!-- table: hostile -->\n(.*?)<!-- end: hostile -->", PAGE, re.DOTALL)
    assert found is not None
    assert found[1] == table()


def test_formats_are_those_of_the_code() -> None:
    row = re.search(r"\| pictures \| ([^|]*) \|", PAGE)
    assert row is not None
    assert tuple(row[1].split(", ")) == FORMATS


def test_the_bounds_are_those_of_the_code() -> None:
    """Where they are not: python -c "from foundation.limits import table; print(table())"."""
    found = re.search(r"<!-- table: limits -->\n(.*?)<!-- end: limits -->", PAGE, re.DOTALL)
    assert found is not None
    assert found[1] == limits.table()
