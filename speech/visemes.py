"""What lips, tongue and teeth do for each phone (visemes.csv; measured on speakers' and singers' mouths)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from speech.phones import GLIDES, SILENCE, Phone

LAST_OF_GLIDE = 0.16
"""Seconds that the second half of a held diphthong lasts at most: singers hold the first."""
SILENT_WEIGHTS = (0.9, 0.5)


@dataclass(frozen=True)
class Viseme:
    """One phone's aim, in face heights against rest.

    Attributes:
        gap: between the inner lips.
        width: of the mouth.
        protrusion: of the lips.
        opening_weight, rounding_weight: how far the phone insists on its gap, and on its width and protrusion, 0..1.
        tongue: the tip, 0 low .. 1 at the palate.
        teeth: how much the teeth come together, 0..1.
    """

    gap: float
    width: float
    protrusion: float
    opening_weight: float
    rounding_weight: float
    tongue: float
    teeth: float


@dataclass(frozen=True)
class _Glide:
    first: str
    last: str
    share: float


REST = "REST"


@cache
def _table() -> tuple[dict[str, Viseme], dict[str, _Glide]]:
    simple, glides = {}, {}
    with resources.files(__package__).joinpath("visemes.csv").open(encoding="utf-8") as file:
        for row in csv.reader(file):
            name, *values = row
            if name in GLIDES:
                glides[name] = _Glide(values[1], values[2], float(values[3]))
            elif name != "phone":
                gap, width, protrusion, opening, rounding = map(float, values[:5])
                simple[name] = Viseme(gap, width, protrusion, opening, rounding, float(values[6]), float(values[7]))
    return simple, glides


def viseme(name: str) -> Viseme:
    """Of a phone that is no glide, or of silence."""
    return _table()[0][REST if name == SILENCE else name]


def parted(phones: list[Phone]) -> list[Phone]:
    """The phones, each glide as its two vowels."""
    made = []
    for phone in phones:
        glide = _table()[1].get(phone.name)
        if glide is None:
            made.append(phone)
            continue
        middle = max(phone.start + glide.share * (phone.end - phone.start), phone.end - LAST_OF_GLIDE)
        made.append(Phone(glide.first, phone.start, middle, phone.word))
        made.append(Phone(glide.last, middle, phone.end, phone.word))
    return made
