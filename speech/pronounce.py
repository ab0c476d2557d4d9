"""How the words of a line are said: by dictionary, by rule, or as eSpeak NG has it, and which of these it was."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, pairwise

from speech.dictionary import look_up
from speech.espeak import ipa
from speech.ipa import from_ipa
from speech.languages import Language, Way, is_letter, written_in
from speech.numbers import number_words
from speech.phones import Pronunciation
from speech.pinyin import from_pinyin, read_characters
from speech.spelling import spelt
from speech.tokens import Token


class Source(Enum):
    """Where a pronunciation is from."""

    KNOWN = "known"
    RULE = "spelt by rule"
    NONE = "not said"


@dataclass(frozen=True)
class Said:
    """A word and how it is said.

    Attributes:
        token: the word.
        ways: ways to say it, the usual one first; () for what nothing can say.
        source: where they are from.
    """

    token: Token
    ways: tuple[Pronunciation, ...]
    source: Source


def pronounce(words: Sequence[Token], language: Language) -> list[Said]:
    """How the words of one line are said.

    Words in Latin letters are English in languages that are not written in them.

    Raises: InputError if what the language needs is not installed.
    """
    if language.way is Way.PINYIN:
        syllables = _in_characters(words)
        return [_mandarin(token, syllable) for token, syllable in zip(words, syllables, strict=True)]
    return [_said(token, language) for token in words]


def _said(token: Token, language: Language) -> Said:
    latin = "LATIN" in language.scripts
    if language.way is Way.ENGLISH or (not latin and _is_latin(token.said)):
        return _english(token)
    # kanji have no letters that tell their sound, and eSpeak NG does not know them
    unknown = language.code == "ja" and any(written_in(character, ("CJK",)) for character in token.said)
    phones = () if unknown else from_ipa(ipa(token.said.lower(), language.voice))
    phones = tuple(phone for phone, _ in groupby(phones))
    return Said(token, (phones,) if phones else (), Source.KNOWN if phones else Source.NONE)


def _is_latin(text: str) -> bool:
    return all(written_in(letter, ("LATIN",)) for letter in text if is_letter(letter)) and any(map(is_letter, text))


def _english(token: Token) -> Said:
    parts: list[str] = []
    for digits, piece in groupby(_plain(token.said), str.isdigit):
        text = "".join(piece)
        parts += number_words(text) if digits else [text]
    ways: list[Pronunciation] = [()]
    source = Source.KNOWN
    for part in parts:
        found, known = _english_word(part)
        if not found:
            return Said(token, (), Source.NONE)
        source = source if known else Source.RULE
        # further ways to say a part count only for a word that is all one part
        ways = [*found] if len(parts) == 1 else [ways[0] + found[0]]
    return Said(token, tuple(ways), source) if ways[0] else Said(token, (), Source.NONE)


def _english_word(word: str) -> tuple[tuple[Pronunciation, ...], bool]:
    """The ways to say it, and whether the dictionary tells them."""
    for form, ending in ((word, ()), *_forms(word)):
        if found := look_up(form):
            return tuple(way[:-1] + ending if ending == ("N",) else way + ending for way in found), True
    phones = spelt(word)
    return ((phones,) if phones else ()), False


def _forms(word: str) -> list[tuple[str, Pronunciation]]:
    """Words of the dictionary that this one is a form of, and what is added: singin' ends as singing does, but in n."""
    forms: list[tuple[str, Pronunciation]] = []
    bare = word.strip("'")
    if bare != word:
        forms.append((bare, ()))
    if bare.endswith("in"):
        forms.append((bare + "g", ("N",)))
    if bare.endswith("'s"):
        forms.append((bare[:-2], ("S",) if bare[-3:-2] in "ptkf" else ("Z",)))
    return forms


def _plain(word: str) -> str:
    """Letters without accents: café -> cafe."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def _in_characters(words: Sequence[Token]) -> list[str]:
    """The syllable of each word that is one Chinese character, read in its line; "" for other words."""
    text = "".join(word.said for word in words)
    read = read_characters(text)
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word.said))
    return [read[start] if end - start == 1 else "" for start, end in pairwise(starts)]


_DIGITS = dict(zip("0123456789", ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"], strict=True))


def _mandarin(token: Token, syllable: str) -> Said:
    if phones := from_pinyin(syllable):
        return Said(token, (phones,), Source.KNOWN)
    if token.said.isdecimal() and token.said.isascii():
        return Said(token, (sum((from_pinyin(_DIGITS[digit]) for digit in token.said), ()),), Source.KNOWN)
    return _english(token) if _is_latin(token.said) else Said(token, (), Source.NONE)
