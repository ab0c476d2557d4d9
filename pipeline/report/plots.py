"""Line plots without text: words and numbers stand beside them in HTML, so that a phone shows them readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WIDTH, HEIGHT = 1000, 160

Values = Sequence[float | None]


@dataclass(frozen=True)
class Line:
    """One line: its name, which is also its CSS class, and its values; None leaves a gap."""

    name: str
    values: Values


@dataclass(frozen=True)
class Band:
    """A stretch that is marked, in seconds: `kind` is its CSS class, bad or odd."""

    start: float
    stop: float
    kind: str


@dataclass(frozen=True)
class Drawn:
    """A plot in the coordinates of its picture, `width` by `height`: what the page's template writes down.

    Attributes:
        lines: each with its pieces, as SVG's `points`.
        bands: left edge, width and kind of each.
        least, most: of all values.
        start, end: seconds of the first and of the last value.
    """

    title: str
    unit: str
    lines: list[DrawnLine]
    bands: list[tuple[float, float, str]]
    least: float
    most: float
    start: float
    end: float
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class DrawnLine:
    """One line's name, and its pieces between gaps."""

    name: str
    pieces: list[str]


def plot(
    title: str,
    unit: str,
    times: Sequence[float],
    lines: Sequence[Line],
    bands: Sequence[Band] = (),
    *,
    span: float = 0.0,
) -> list[Drawn]:
    """A plot of the lines. None, if no value is known.

    Args:
        times: seconds of the values, ascending.
        span: what is shown from bottom to top at least.
    """
    known = [value for line in lines for value in line.values if value is not None]
    if not known or len(times) < 2:
        return []
    low, high = min(known), max(known)
    room = max(0.05 * (high - low), (span - (high - low)) / 2) or 1.0
    low, high = low - room, high + room
    end = times[-1] or 1.0
    drawn = [DrawnLine(line.name, _pieces(line, times, end, low, high)) for line in lines]
    marked = [(WIDTH * b.start / end, max(3.0, WIDTH * (b.stop - b.start) / end), b.kind) for b in bands]
    return [Drawn(title, unit, drawn, marked, min(known), max(known), times[0], end)]


def _pieces(line: Line, times: Sequence[float], end: float, low: float, high: float) -> list[str]:
    pieces: list[list[str]] = [[]]
    for time, value in zip(times, line.values, strict=False):
        if value is None:
            pieces.append([])
            continue
        x, y = WIDTH * time / end, HEIGHT * (high - value) / (high - low)
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]


def bands_where(flags: Sequence[bool], times: Sequence[float], kind: str) -> list[Band]:
    """One band for every run of True; each value stands from its time to the next one's."""
    bands: list[Band] = []
    start: float | None = None
    for time, flag in zip(times, flags, strict=False):
        if flag and start is None:
            start = time
        if not flag and start is not None:
            bands.append(Band(start, time, kind))
            start = None
    return [*bands, Band(start, times[-1], kind)] if start is not None else bands


def centred(values: Values) -> list[float | None]:
    """The values about their own median."""
    known = [value for value in values if value is not None]
    middle = median(known) if known else 0.0
    return [None if value is None else value - middle for value in values]
