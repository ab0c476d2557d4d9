"""The CMU Pronouncing Dictionary, as it comes with pocketsphinx."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from speech.phones import Pronunciation
from speech.sphinx import sphinx

MOST_WAYS = 4
"""Ways to say a word that are tried against the sound."""


def look_up(word: str) -> tuple[Pronunciation, ...]:
    """The ways to say an English word, the usual one first; () if it is not in the dictionary."""
    return tuple(tuple(said.split()) for said in _table().get(word.lower(), ())[:MOST_WAYS])


@cache
def _table() -> dict[str, list[str]]:
    """word: its pronunciations as they stand in the file; `word(2)` is another of the same word."""
    found: dict[str, list[str]] = {}
    for line in Path(sphinx().get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines():
        word, _, said = line.partition(" ")
        found.setdefault(word.partition("(")[0] or word, []).append(said)
    return found
