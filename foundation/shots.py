"""The parts of a clip in which a face is seen without a break, and what a portrait shows between them."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path

REST_SECONDS = Fraction(2, 5)
"""How long a portrait takes to come to rest when its driver's face is lost, and to leave it when the face is back."""
CUT_SECONDS = Fraction(3, 25)
"""How long it takes from one shot's pose to the next one's: long enough not to jump, too short to miss a syllable."""


@dataclass(frozen=True)
class Shot:
    """Frames `start` up to, not including, `stop`. `seen`: they show the face, but for short gaps; else they do not."""

    start: int
    stop: int
    seen: bool

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Layer:
    """One picture of a mixture: the portrait moved a `share` (0..1) as far as in frame `index`; at rest if None."""

    index: int | None
    weight: float
    share: float = 1.0


def save_shots(path: Path, shots: Sequence[Shot]) -> None:
    """As JSON: [[start, stop, seen], ...]."""
    path.write_text(json.dumps([[shot.start, shot.stop, shot.seen] for shot in shots]), encoding="utf-8")


def load_shots(path: Path) -> list[Shot]:
    """What `save_shots` wrote."""
    return [Shot(*row) for row in json.loads(path.read_text(encoding="utf-8"))]


def resampled(shots: Sequence[Shot], chosen: Sequence[int]) -> list[Shot]:
    """The shots of a clip made of the frames at the indices `chosen`, in any order, repeats allowed.

    Args:
        shots: ascending, without gaps, of the clip that is chosen from.
    """
    starts = [shot.start for shot in shots]
    made: list[Shot] = []
    for number, same in groupby(chosen, key=lambda index: bisect_right(starts, index) - 1):
        at = made[-1].stop if made else 0
        made.append(Shot(at, at + len(list(same)), shots[number].seen))
    return made


def shot_of(shots: Sequence[Shot], index: int) -> int:
    """The number of the shot that frame `index` belongs to."""
    return bisect_right([shot.start for shot in shots], index) - 1


def layers(shots: Sequence[Shot], index: int, fps: Fraction) -> list[Layer]:
    """What a portrait shows in frame `index`: one picture, or two that pass into one another.

    Depends on nothing else, so a chunk can be made without its neighbours.
    """
    number = shot_of(shots, index)
    shot = shots[number]
    before = shots[number - 1] if number else None
    after = shots[number + 1] if number + 1 < len(shots) else None
    if shot.seen:
        part = _passed(index - shot.start, CUT_SECONDS * fps)
        if before and before.seen and part < 1:
            return [Layer(before.stop - 1, 1 - part), Layer(index, part)]
        return [Layer(index, 1.0)]
    length = min(REST_SECONDS * fps, Fraction(len(shot), 2))
    leaving, coming = _passed(index - shot.start, length), _passed(shot.stop - 1 - index, length)
    if before and before.seen and leaving < 1:
        return _settling(before.stop - 1, leaving)
    if after and after.seen and coming < 1:
        return _settling(after.start, coming)
    return [Layer(None, 1.0)]


def _settling(index: int, rest: float) -> list[Layer]:
    """The pose of frame `index` on its way to rest, `rest` of it gone: first it moves, and at last passes into the
    portrait itself, which an engine at rest may not equal to the pixel."""
    weight = weight_at_rest(rest)
    return [Layer(None, weight), Layer(index, 1 - weight, 1 - rest)]


def weight_at_rest(rest: float) -> float:
    """How much of the portrait itself is shown of a picture that has gone a share `rest`, 0..1, of its way to it."""
    return max(0.0, 2 * rest - 1)


def _passed(frames: int, length: Fraction) -> float:
    """How much of a passage of `length` frames is behind after `frames` whole ones and one more: 0..1, smooth."""
    t = min(1.0, float((frames + 1) / (length + 1)))
    return t * t * (3 - 2 * t)
