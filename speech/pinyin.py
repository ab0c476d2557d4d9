"""Mandarin: characters to syllables by pypinyin, syllables to phones by the table of initials and finals."""

from __future__ import annotations

import importlib.util

from foundation.errors import InputError
from speech.languages import written_in
from speech.phones import Pronunciation

_INITIALS = {
    "zh": "JH", "ch": "CH", "sh": "SH", "b": "B", "p": "P", "m": "M", "f": "F", "d": "D", "t": "T", "n": "N",
    "l": "L", "g": "G", "k": "K", "h": "HH", "j": "JH", "q": "CH", "x": "SH", "r": "R", "z": "D Z", "c": "T S",
    "s": "S", "w": "W", "y": "Y",
}  # fmt: skip
_FINALS = {
    "iang": "Y AA NG", "iong": "Y UH NG", "uang": "W AA NG", "ueng": "W AH NG", "ang": "AA NG", "eng": "AH NG",
    "ing": "IY NG", "ong": "UH NG", "ian": "Y EH N", "uan": "W AA N", "van": "Y EH N", "iao": "Y AW", "uai": "W AY",
    "ai": "AY", "ei": "EY", "ao": "AW", "ou": "OW", "an": "AA N", "en": "AH N", "er": "AA R", "ia": "Y AA",
    "ie": "Y EH", "iu": "Y OW", "in": "IY N", "ua": "W AA", "uo": "W AO", "ui": "W EY", "un": "W AH N",
    "ue": "Y W EH", "ve": "Y W EH", "vn": "UW N", "a": "AA", "o": "AO", "e": "AH", "i": "IY", "u": "UW", "v": "UW",
}  # fmt: skip
_BUZZED = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
"""After these, i is no "ee" but goes on with the consonant."""
_FRONT = frozenset({"j", "q", "x", "y"})
"""After these, u is ü."""


def read_characters(text: str) -> list[str]:
    """The syllable of each Chinese character, without tone, as the words around it have it read; "" for others.

    Raises: InputError if pypinyin is not installed.
    """
    if importlib.util.find_spec("pypinyin") is None:
        cure = "pip install -r requirements-song.txt"
        raise InputError("pypinyin, which reads Chinese characters, is not installed", cure=cure)
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  (optional)

    chinese = [written_in(character, ("CJK UNIFIED",)) for character in text]
    read = lazy_pinyin(text, style=Style.NORMAL, errors="ignore")
    if len(read) != sum(chinese):  # a character that pypinyin does not know: each by itself
        return ["".join(lazy_pinyin(character, style=Style.NORMAL, errors="ignore")) for character in text]
    syllables = iter(read)
    return [next(syllables) if each else "" for each in chinese]


def from_pinyin(syllable: str) -> Pronunciation:
    """Phones of a syllable: "zhuang" -> JH W AA NG; () for what is none."""
    text = syllable.lower().replace("ü", "v").strip("012345")
    initial = next((each for each in _INITIALS if text.startswith(each)), "")
    final = text[len(initial) :]
    if initial in _FRONT and final.startswith("u"):
        final = "v" + final[1:]
    sound = "IH" if final == "i" and initial in _BUZZED else _FINALS.get(final)
    if sound is None:
        return ()
    phones = [*_INITIALS.get(initial, "").split(), *sound.split()]
    # y and w before their own vowel are spelling: yi, wu, yin, yuan
    return tuple(phone for at, phone in enumerate(phones) if at == 0 or phone != phones[at - 1])
