"""Which phones of two pronunciations of the same words are the same (edit distance)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from speech.phones import VOWELS

APART = 0.8
"""Cost of a phone that the other has not."""


def cost(one: str, other: str) -> float:
    """Of taking one phone for the other: a vowel is rather a vowel."""
    if one == other:
        return 0.0
    return 0.5 if (one in VOWELS) == (other in VOWELS) else 1.2


def pairs(real: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """Numbers of phones that stand for one another, in order."""
    table = np.zeros((len(real) + 1, len(found) + 1))
    table[:, 0], table[0] = APART * np.arange(len(real) + 1), APART * np.arange(len(found) + 1)
    for a, one in enumerate(real):
        for b, other in enumerate(found):
            table[a + 1, b + 1] = min(table[a, b] + cost(one, other), table[a, b + 1] + APART, table[a + 1, b] + APART)
    a, b, made = len(real), len(found), []
    while a and b:
        if table[a, b] == table[a - 1, b - 1] + cost(real[a - 1], found[b - 1]):
            a, b = a - 1, b - 1
            made.append((a, b))
        elif table[a, b] == table[a - 1, b] + APART:
            a -= 1
        else:
            b -= 1
    return made[::-1]
