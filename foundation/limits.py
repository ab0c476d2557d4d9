"""Bounds on what an input may ask for: time and memory stay bounded, and whoever runs Duet can raise the bounds.

The environment says so to all processes of a run: DUET_LIMITS="picture_megapixels=250,batch_items=500000"; so does
`duet --limit NAME=NUMBER`, which writes it there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from functools import cache

from foundation.errors import ManifestError

VARIABLE = "DUET_LIMITS"


@dataclass(frozen=True)
class _Bound:
    """usual: where nobody says otherwise. most: what it can be raised to. about: what is counted."""

    usual: int
    most: int
    about: str


class Limit(Enum):
    """One bound. Its name in small letters is what people call it."""

    PICTURE_MEGAPIXELS = _Bound(200, 268, "of a picture or a frame, in millions of pixels; codecs count no further")
    PICTURE_SIDE = _Bound(16_384, 65_535, "of a picture or a frame, in pixels")
    NUMBERED_PICTURES = _Bound(200_000, 10_000_000, "pictures that one pattern stands for")
    SETTINGS_BYTES = _Bound(1_000_000, 100_000_000, "of a manifest, or another file of settings")
    SETTINGS_VALUES = _Bound(200_000, 20_000_000, "values of such a file, those of its aliases counted each time")
    LYRICS_BYTES = _Bound(2_000_000, 100_000_000, "of a file of lyrics")
    LYRICS_LINES = _Bound(20_000, 1_000_000, "lines of a file of lyrics")
    LINE_CHARACTERS = _Bound(1000, 100_000, "characters of a line of lyrics")
    LINES_AT_ONCE = _Bound(300, 10_000, "lines of lyrics that are shown at one time")
    FONT_BYTES = _Bound(100_000_000, 1_000_000_000, "of a font's file")
    BATCH_ITEMS = _Bound(100_000, 10_000_000, "videos of a batch")
    PAIRS_BYTES = _Bound(16 << 20, 1 << 30, "of a batch's CSV file")
    SONG_MINUTES = _Bound(120, 24 * 60, "of sound in which a voice is listened to")
    UNTIMED_MINUTES = _Bound(20, 240, "of sound in which words without any times are looked for")
    UNTIMED_WORDS = _Bound(4000, 100_000, "words without any times")

    @property
    def called(self) -> str:
        return self.name.lower()

    @property
    def now(self) -> int:
        """Its value.

        Raises: ManifestError if the environment says what is no limit.
        """
        return raised(os.environ.get(VARIABLE, "")).get(self, self.value.usual)

    @property
    def cure(self) -> str:
        """How it is raised."""
        return f"raise it: duet --limit {self.called}=NUMBER"


@cache
def raised(written: str) -> dict[Limit, int]:
    """NAME=NUMBER,NAME=NUMBER as limits.

    Raises: ManifestError for what is none, or is too high.
    """
    found = {}
    for part in filter(None, (part.strip() for part in written.split(","))):
        name, _, number = part.partition("=")
        if name.strip().upper() not in Limit.__members__:
            known = ", ".join(limit.called for limit in Limit)
            raise ManifestError(f"no limit is called {name.strip()[:40]!r}", cure=f"use one of {known}")
        limit = Limit[name.strip().upper()]
        if not number.strip().isdecimal() or len(number) > 20 or not 1 <= int(number) <= limit.value.most:
            told = f"the limit {limit.called} is {number.strip()[:40]!r}"
            raise ManifestError(told, cure=f"write a whole number from 1 to {limit.value.most}")
        found[limit] = int(number)
    return found


def table() -> str:
    """All of them, for docs/media.md."""
    rows = [f"| `{limit.called}` | {limit.value.usual} | {limit.value.most} | {limit.value.about} |" for limit in Limit]
    return "\n".join(["| limit | usual | at most | |", "|---|---|---|---|", *rows]) + "\n"
