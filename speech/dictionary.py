"""The CMU Pronouncing Dictionary, as it comes with pocketsphinx."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from pathlib import Path

from speech.phones import Pronunciation
from speech.sphinx import sphinx

MOST_WAYS = 4
"""Ways to say a word that are tried against the sound."""


def look_up(word: str) -> tuple[Pronunciation, ...]:
    """The ways to say an English word, the usual one first; () if it is not in the dictionary."""
    names = [word.lower(), *(f"{word.lower()}({number})" for number in range(2, MOST_WAYS + 1))]
    ways = (_said(name) for name in names)
    return tuple(tuple(said.split()) for said in ways if said)


def _said(name: str) -> str:
    """What stands after a name in the dictionary: "zebra", or "either(2)" for the second way; "" if there is none.

    A parse of all of it would take a second, and a song has a few hundred words.
    """
    entries, wanted = _entries(), f"{name} "
    at = bisect_left(entries, wanted)
    return entries[at].removeprefix(wanted) if at < len(entries) and entries[at].startswith(wanted) else ""


@cache
def _entries() -> list[str]:
    """The lines of the dictionary, sorted."""
    path = Path(sphinx().get_model_path("en-us/cmudict-en-us.dict"))
    return sorted(path.read_text(encoding="utf-8").splitlines())
