"""Phones of English (ARPAbet without stress marks), in time.

Every language is written in these: lips tell no more apart, and the acoustic model knows no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

SILENCE = "SIL"
GLIDES = frozenset({"AY", "AW", "OY", "EY", "OW"})
VOWELS = frozenset({"AA", "AE", "AH", "AO", "EH", "ER", "IH", "IY", "UH", "UW"}) | GLIDES
LABIALS = frozenset({"P", "B", "M"})
"""Said with the lips shut."""
TUCKED = frozenset({"F", "V"})
"""Said with the lower lip under the upper teeth."""
CONSONANTS = LABIALS | TUCKED | frozenset(
    {"W", "R", "SH", "ZH", "CH", "JH", "S", "Z", "TH", "DH", "T", "D", "N", "L", "Y", "K", "G", "NG", "HH"}
)  # fmt: skip
PHONES = VOWELS | CONSONANTS
NOBODY = -1
"""The word of a phone that belongs to none."""

Pronunciation = tuple[str, ...]
"""Names of PHONES in the order in which they are said."""


@dataclass(frozen=True)
class Phone:
    """One phone in time.

    Attributes:
        name: one of PHONES, or SILENCE.
        start, end: seconds, from where the sound begins.
        word: which word of the line or song it belongs to, from 0; NOBODY for silence and for sounds without words.
    """

    name: str
    start: float
    end: float
    word: int = NOBODY

    @property
    def silent(self) -> bool:
        return self.name == SILENCE

    def later(self, seconds: float, words: int = 0) -> Phone:
        """The same phone so many seconds later, its word counted on from `words`."""
        word = self.word if self.word == NOBODY else self.word + words
        return replace(self, start=self.start + seconds, end=self.end + seconds, word=word)

    def counted(self, numbers: Sequence[int]) -> Phone:
        """The same phone, its word n counted as `numbers[n]`."""
        return self if self.word == NOBODY else replace(self, word=numbers[self.word])


def weight(name: str) -> float:
    """How long a phone lasts beside others of its line where nothing else is known: vowels twice as long."""
    return 2.0 if name in VOWELS else 1.0
