"""The International Phonetic Alphabet brought to the nearest phones of English."""

from __future__ import annotations

import unicodedata

from speech.phones import Pronunciation

_NEAREST = {
    "tʃ": "CH", "dʒ": "JH", "tɕ": "CH", "tʂ": "CH", "dʑ": "JH", "ts": "T S", "dz": "D Z",
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "ai": "AY", "ei": "EY", "au": "AW",
    "ɑu": "AW", "ou": "OW", "ɔø": "OY", "ɔʏ": "OY",
    "ɚ": "ER", "ɝ": "ER", "ɜ": "ER", "ɑ": "AA", "a": "AA", "ɐ": "AH", "æ": "AE", "ʌ": "AH", "ə": "AH", "ɤ": "AH",
    "ɔ": "AO", "ɒ": "AA", "o": "OW", "e": "EH", "ɛ": "EH", "i": "IY", "ɪ": "IH", "ɨ": "IH", "ᵻ": "IH", "ɿ": "IH",
    "ʅ": "IH", "y": "UW", "ʏ": "UH", "ø": "ER", "œ": "ER", "u": "UW", "ʊ": "UH", "ɯ": "UH", "ʉ": "UW", "ɵ": "UH",
    "ɥ": "Y W", "w": "W", "ʋ": "V", "j": "Y", "p": "P", "b": "B", "m": "M", "ɱ": "M", "f": "F", "v": "V", "ɸ": "F",
    "β": "B", "θ": "TH", "ð": "DH", "t": "T", "d": "D", "ʈ": "T", "ɖ": "D", "ɾ": "D", "ɽ": "D", "s": "S", "z": "Z",
    "ʃ": "SH", "ʒ": "ZH", "ɕ": "SH", "ʂ": "SH", "ʐ": "R", "ʑ": "ZH", "k": "K", "q": "K", "c": "K", "ɡ": "G",
    "g": "G", "ɟ": "G", "ɣ": "G", "x": "HH", "χ": "HH", "h": "HH", "ħ": "HH", "ɦ": "HH", "n": "N",
    "ɲ": "N Y", "ɳ": "N", "ŋ": "NG", "ɴ": "NG", "l": "L", "ɫ": "L", "ɬ": "L", "ɭ": "L", "ʎ": "L Y", "r": "R",
    "ɹ": "R", "ɻ": "R", "ʁ": "R", "ʀ": "R",
}  # fmt: skip
_LONGEST = max(map(len, _NEAREST))
_NASAL = "\u0303"


def from_ipa(written: str) -> Pronunciation:
    """Phones for a word in IPA. Stress, length, tones and whatever has no sound of its own are passed over.

    A nasal vowel (a tilde over it) is followed by an n.
    """
    letters: list[str] = []
    for character in unicodedata.normalize("NFD", written.replace("ç", "h")):
        if character == _NASAL:
            letters.append("n")
        elif not unicodedata.combining(character):
            letters.append(character)
    text = "".join(letter for letter in letters if letter not in "ˈˌː͡")
    found: list[str] = []
    at = 0
    while at < len(text):
        for length in range(_LONGEST, 0, -1):
            nearest = _NEAREST.get(text[at : at + length]) if at + length <= len(text) else None
            if nearest:
                found += nearest.split()
                at += length
                break
        else:
            at += 1
    return tuple(found)
