"""Line plots as SVG without text: words and numbers stand beside them in HTML, so that a phone shows them readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
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


def plot(
    title: str,
    unit: str,
    times: Sequence[float],
    lines: Sequence[Line],
    bands: Sequence[Band] = (),
    *,
    span: float = 0.0,
) -> str:
    """A figure. Nothing, if no value is known.

    Args:
        times: seconds of the values, ascending. span: what is shown from bottom to top at least.
    """
    known = [value for line in lines for value in line.values if value is not None]
    if not known or len(times) < 2:
        return ""
    low, high = min(known), max(known)
    room = max(0.05 * (high - low), (span - (high - low)) / 2) or 1.0
    low, high = low - room, high + room
    end = times[-1] or 1.0
    drawn = "".join(_band(band, end) for band in bands)
    drawn += "".join(_line(line, times, end, low, high) for line in lines)
    names = "".join(f'<b class="{escape(line.name)}">{escape(line.name)}</b>' for line in lines if len(lines) > 1)
    told = f' <span class="unit">{escape(unit)}</span>' if unit else ""
    ends = f'<span class="max">{_number(max(known))}</span><span class="min">{_number(min(known))}</span>'
    return (
        f"<figure><figcaption>{escape(title)}{told} {names}</figcaption>"
        f'<div class="plot">{ends}'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{escape(title)}">'
        f'{drawn}</svg></div><div class="axis"><span>{times[0]:.1f} s</span><span>{end:.1f} s</span></div></figure>'
    )


def _line(line: Line, times: Sequence[float], end: float, low: float, high: float) -> str:
    pieces: list[list[str]] = [[]]
    for time, value in zip(times, line.values, strict=False):
        if value is None:
            pieces.append([])
            continue
        x, y = WIDTH * time / end, HEIGHT * (high - value) / (high - low)
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    whole = (" ".join(piece) for piece in pieces if len(piece) > 1)
    return "".join(f'<polyline class="{escape(line.name)}" points="{points}"/>' for points in whole)


def _band(band: Band, end: float) -> str:
    x, width = WIDTH * band.start / end, max(3.0, WIDTH * (band.stop - band.start) / end)
    return f'<rect class="{escape(band.kind)}" x="{x:.1f}" y="0" width="{width:.1f}" height="{HEIGHT}"/>'


def _number(value: float) -> str:
    return f"{value:.3g}"


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
