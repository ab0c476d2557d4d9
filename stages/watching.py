"""Decoding a finished video: the same for the whole and a piece of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from foundation.times import FrameRange, spread
from media.image.images import fitted, write_jpeg
from media.video.luma import Part, watched
from quality.picture import PictureWatch
from stages.artifacts import Film
from stages.contract import Report
from stages.findings import STILLS, Looks

STILL_SIDE = 640
"""The longer side, in pixels, of the frames that are kept for people."""


@dataclass(frozen=True)
class Whole:
    """What is decoded of a film.

    Attributes:
        frames: of all of it.
        fps: frames a second.
        span: those that are decoded.
    """

    frames: int
    fps: Fraction
    span: FrameRange


def brightest(looks: Sequence[Looks]) -> float:
    """The level that the brightest portrait reaches: a result is not to be lighter than what it is made of."""
    found = []
    for given in looks:
        with np.load(given.path / "looks.npz", allow_pickle=False) as kept:
            found.append(float(kept["lights"]))
    return max(found, default=255.0)


def watch(film: Film, looks: Sequence[Looks], whole: Whole, out: Path, report: Report) -> PictureWatch:
    """Decode what `whole` says of a film, and write the frames of it that are kept for people: still0.jpg, ..."""
    taken, moments, span = PictureWatch(brightest(looks)), spread(whole.frames, STILLS), whole.span
    last = None if span.stop == whole.frames else span.stop
    part = None if len(span) == whole.frames else Part(span.start, last, whole.fps)
    for number, (thumb, still) in enumerate(watched(film.video, set(moments), part), span.start):
        taken.add(thumb)
        if still is not None:
            write_jpeg(out / f"still{moments.index(number)}.jpg", fitted(still, STILL_SIDE))
        report(min(number + 1 - span.start, len(span)), len(span))
    return taken
