"""Where a version's checks found something: stretches of frames to jump to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from foundation.codec import Json
from pipeline.report.page import ODD_MOUTH, weight

MOST = 300
"""Of each kind."""
TEXTS = {"same": "the picture stands still", "black": "the picture is black"}


@dataclass(frozen=True)
class Mark:
    """Frames `start` up to, not including, `stop`. `kind`: bad, or odd: no check fails for it."""

    start: int
    stop: int
    text: str
    kind: str


def marks(report: Json) -> list[Mark]:
    """In the order of their frames."""
    found: list[Mark] = []
    frames = int(report["frames"])
    for name, text in TEXTS.items():
        values = report["series"].get(name, [])
        kind = weight(name, report["rows"])
        found += _stretches([bool(value) for value in values], _even(len(values), frames), text, kind)
    for performer, about in report["performers"].items():
        result, driver = (about[who].get("mouth", []) for who in ("result", "driver"))
        at = [round(seconds * Fraction(report["fps"])) for seconds in about["times"]]
        known = any(value is not None for values in about["driver"].values() for value in values)
        lost = [known and value is None for value in result]  # of what is moved whole, no face is known
        found += _stretches(lost, [*at, frames], f"{performer}: no face was found", "bad")
        odd = [None not in pair and abs(pair[0] - pair[1]) > ODD_MOUTH for pair in zip(result, driver, strict=True)]
        found += _stretches(odd, [*at, frames], f"{performer}: the mouth is not where the driver's is", "odd")
    return sorted(found, key=lambda mark: (mark.start, mark.text))


def _even(count: int, frames: int) -> list[int]:
    """Where each of `count` values begins, and the end: a report thins out what is long."""
    step = max(1, -(-frames // count)) if count else 1
    return [*(min(frames, number * step) for number in range(count)), frames]


def _stretches(wrong: Iterable[bool], at: list[int], text: str, kind: str) -> Iterator[Mark]:
    runs = [(value, list(run)) for value, run in groupby(enumerate(wrong), key=lambda pair: pair[1])]
    found = (Mark(at[run[0][0]], at[run[-1][0] + 1], text, kind) for value, run in runs if value)
    return (mark for mark, _ in zip(found, range(MOST), strict=False))
