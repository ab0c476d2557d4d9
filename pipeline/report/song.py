"""What a report tells of a performer who sings from words: each line, and its sounds beside voice and mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foundation.artifacts import ArtifactStore
from foundation.codec import Json
from pipeline.plan.driving import MadeUp
from pipeline.plan.made import folder_of
from pipeline.report.plots import Band, Drawn, Line, plot
from speech.loudness import STEP, loudness
from speech.phones import LABIALS

MOST = 40
"""Lines that are told."""
AROUND = 0.4
"""Seconds that are shown before and after a line."""
QUIETEST = -60.0
"""dB: softer is as soft."""


@dataclass(frozen=True)
class Sung:
    """A line as the page shows it. `phones`: each one's name, and where it begins, percent of the plot's width."""

    text: str
    about: str
    plots: list[Drawn]
    phones: list[tuple[str, float]]


def told(store: ArtifactStore, made_up: MadeUp | None, fps: float, frames: int) -> Json:
    """The lines that the performer sings, in the result's time, as plain data; none without words."""
    if made_up is None or made_up.phones is None:
        return []
    part, delay = made_up.how.part, float(made_up.how.part.delay)
    alignment = made_up.phones.found(folder_of(store, made_up.phones)).alignment()
    heard = made_up.voice.found(folder_of(store, made_up.voice)).heard()
    level = np.maximum(loudness(heard.placed(delay, frames / fps)), QUIETEST)
    lines = []
    for line in part.lines(alignment, made_up.how.fps)[:MOST]:
        start, end = line.start + delay, line.end + delay
        first, last = (max(0, round(at / STEP)) for at in (start - AROUND, end + AROUND))
        lines.append({
            "start": round(start, 3),
            "end": round(end, 3),
            "confidence": round(line.confidence, 3),
            "how": line.how.value,
            "text": line.line.text,
            "since": round(first * STEP, 2),
            "level": [round(float(value), 1) for value in level[first : last + 1 : 2]],
            "phones": [[one.name, round(one.start + delay, 3), round(one.end + delay, 3)] for one in line.phones],
        })  # fmt: skip
    return lines


def shown(line: Json, times: list[float], mouth: list[float | None]) -> Sung:
    """A line of `told` with the result's mouth, each as a share of the most; P, B and M are marked."""
    clock = [line["since"] + 2 * STEP * number for number in range(len(line["level"]))]
    since, until = clock[0], clock[-1]
    seen = [(at, value) for at, value in zip(times, mouth, strict=True) if since <= at <= until]
    most = max((value for _, value in seen if value is not None), default=0.0) or 1.0
    opened = _at(clock, [(at, value / most) for at, value in seen if value is not None])
    low, high = min(line["level"]), max(line["level"])
    level = [(value - low) / max(high - low, 6.0) for value in line["level"]]
    moved = [at - since for at in clock]
    marks = [Band(start - since, end - since, "odd") for name, start, end in line["phones"] if name in LABIALS]
    drawn = plot("", "", moved, [Line("driver", level), Line("result", opened)], marks, span=1.0)
    phones = [(name, 100 * (start - since) / max(until - since, STEP)) for name, start, _ in line["phones"]]
    about = f"{line['start']:.2f} to {line['end']:.2f} s, {line['how']}, confidence {line['confidence']:.2f}"
    return Sung(line["text"], about, drawn, phones)


def _at(clock: list[float], known: list[tuple[float, float]]) -> list[float | None]:
    """The known values at other times; None outside of them."""
    if len(known) < 2:
        return [None] * len(clock)
    at, values = zip(*known, strict=True)
    return [float(np.interp(time, at, values)) if at[0] <= time <= at[-1] else None for time in clock]
