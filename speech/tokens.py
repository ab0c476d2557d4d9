"""Words of a line: where each stands in the text, so that it can be shown as it was written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from speech.languages import Language, written_in

_APOSTROPHES = "'\u2019\u02bc"
_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA")
_JOINED = frozenset("ゃゅょぁぃぅぇぉゎャュョァィゥェォヮーん" + "ンっッ")
"""Kana that go with the one before: small ones, the long mark, a closing n and a doubled consonant."""


@dataclass(frozen=True)
class Token:
    """One word.

    Attributes:
        said: what is pronounced, apostrophes straight, compatibility forms (full-width letters) made usual.
        shown: the piece of the line from this word up to the next, spaces and punctuation included.
    """

    said: str
    shown: str


def tokens(line: str, language: Language) -> list[Token]:
    """The words of a line. Their `shown` parts, one after another, are the line; [] if it has no words."""
    text = "".join("'" if character in _APOSTROPHES else character for character in line)
    spans = _spans(text, language)
    starts = [0, *(start for start, _ in spans[1:]), len(line)]
    found = []
    for (start, end), (left, right) in zip(spans, pairwise(starts), strict=False):
        said = unicodedata.normalize("NFKC", text[start:end]).rstrip("'").replace("-", "")
        found.append(Token(said, line[left:right]))
    return found


def _spans(text: str, language: Language) -> list[tuple[int, int]]:
    """(start, end) of each word: letters, marks and digits, apostrophes among and before them."""
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        if not _sounds(text[at]) and not _elided(text, at):
            at += 1
            continue
        end = at + 1
        if _stands_alone(text[at], language):
            while end < len(text) and (text[end] in _JOINED or unicodedata.category(text[end])[0] == "M"):
                end += 1
        else:
            while end < len(text) and (_sounds(text[end]) or text[end] == "'"):
                if _stands_alone(text[end], language):
                    break
                end += 1
        spans.append((at, end))
        at = end
    return spans


def _elided(text: str, at: int) -> bool:
    """Whether an apostrophe begins a word: 'cause, 'til."""
    before = text[at - 1] if at else " "
    return text[at] == "'" and not _sounds(before) and at + 1 < len(text) and _sounds(text[at + 1])


def _sounds(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _stands_alone(character: str, language: Language) -> bool:
    return language.by_letter and written_in(character, _UNSPACED)
