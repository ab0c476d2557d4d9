"""docs/media.md says what is true."""

from __future__ import annotations

import re

from media.files.checks import MAX_PIXELS, MAX_SIDE
from media.files.numbered import MAX_PICTURES
from media.image.images import FORMATS
from tests.conftest import ROOT
from tests.hostile import table

PAGE = (ROOT / "docs" / "media.md").read_text(encoding="utf-8")


def test_the_table_of_hostile_clips_is_the_tested_one() -> None:
    """Where it is not: python -c "from tests.hostile import table; print(table())"."""
    found = re.search(r"<!-- table: hostile -->\n(.*?)<!-- end: hostile -->", PAGE, re.DOTALL)
    assert found is not None
    assert found[1] == table()


def test_formats_and_limits_are_those_of_the_code() -> None:
    row = re.search(r"\| pictures \| ([^|]*) \|", PAGE)
    assert row is not None
    assert tuple(row[1].split(", ")) == FORMATS
    for number in (f"{MAX_PIXELS // 10**6} megapixels", f"{MAX_SIDE} pixels", f"{MAX_PICTURES // 1000} 000 numbered"):
        assert re.search(re.sub(" ", r"\\s", number), PAGE), number
