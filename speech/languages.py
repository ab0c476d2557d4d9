"""The languages that words can be in, and how each is turned into phones."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum

from foundation.errors import InputError


class Way(Enum):
    """How words become phones."""

    ENGLISH = "CMUdict and spelling rules"
    PINYIN = "pypinyin"
    ESPEAK = "eSpeak NG"


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        code: as manifests name it.
        name: for a person.
        way: how its words become phones.
        voice: what eSpeak NG calls it.
        scripts: beginnings of the Unicode names of its letters.
        by_letter: words are not parted by spaces: each character (with its marks) counts as one.
    """

    code: str
    name: str
    voice: str
    scripts: tuple[str, ...] = ("LATIN",)
    way: Way = Way.ESPEAK
    by_letter: bool = False


_TABLE = (
    Language("en-us", "English", "en-us", way=Way.ENGLISH),
    Language("zh", "Mandarin", "cmn-latn-pinyin", ("CJK UNIFIED",), Way.PINYIN, by_letter=True),
    Language("ja", "Japanese", "ja", ("HIRAGANA", "KATAKANA", "CJK UNIFIED"), by_letter=True),
    Language("ko", "Korean", "ko", ("HANGUL",)),
    Language("es", "Spanish", "es"),
    Language("fr", "French", "fr"),
    Language("de", "German", "de"),
    Language("it", "Italian", "it"),
    Language("pt", "Portuguese", "pt-br"),
    Language("ru", "Russian", "ru", ("CYRILLIC",)),
    Language("hi", "Hindi", "hi", ("DEVANAGARI",)),
    Language("ar", "Arabic", "ar", ("ARABIC",)),
    Language("cs", "Czech", "cs"),
    Language("da", "Danish", "da"),
    Language("el", "Greek", "el", ("GREEK",)),
    Language("fi", "Finnish", "fi"),
    Language("hu", "Hungarian", "hu"),
    Language("id", "Indonesian", "id"),
    Language("nl", "Dutch", "nl"),
    Language("no", "Norwegian", "nb"),
    Language("pl", "Polish", "pl"),
    Language("ro", "Romanian", "ro"),
    Language("sv", "Swedish", "sv"),
    Language("sw", "Swahili", "sw"),
    Language("tr", "Turkish", "tr"),
    Language("uk", "Ukrainian", "uk", ("CYRILLIC",)),
    Language("vi", "Vietnamese", "vi"),
)
LANGUAGES = {language.code: language for language in _TABLE}
_ALSO = {
    "en": "en-us", "en-gb": "en-us", "cmn": "zh", "zh-cn": "zh", "zh-tw": "zh", "zh-hans": "zh", "zh-hant": "zh",
    "ja-jp": "ja", "ko-kr": "ko", "es-es": "es", "es-mx": "es", "fr-fr": "fr", "de-de": "de", "it-it": "it",
    "pt-br": "pt", "pt-pt": "pt", "ru-ru": "ru", "hi-in": "hi", "nb": "no",
}  # fmt: skip


def language_of(code: str) -> Language:
    """The language of that code, whatever its case; `_` counts as `-`.

    Raises: InputError for a language that there are no rules for.
    """
    asked = code.strip().lower().replace("_", "-")
    found = LANGUAGES.get(_ALSO.get(asked, asked))
    if found is None:
        raise InputError(f"there are no rules for the language {code!r}", cure=f"use one of {', '.join(LANGUAGES)}")
    return found


def is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] == "L"


def written_in(character: str, scripts: tuple[str, ...]) -> bool:
    """Whether a letter belongs to one of the scripts."""
    return unicodedata.name(character, "").startswith(scripts)


def check_script(text: str, language: Language) -> None:
    """Whether words can be in the language: at least half of their letters are of a script that it is written in.

    English words in a song in another language are fine: they are said as English.

    Raises: InputError naming the language that the letters point to.
    """
    letters = [character for character in text if is_letter(character)]
    own = [written_in(letter, language.scripts) for letter in letters]
    latin = [written_in(letter, ("LATIN",)) for letter in letters]
    if any(own) and sum(own) + sum(latin) >= len(letters) / 2:
        return
    if not letters:
        raise InputError("the words hold no letters", cure="name a file with the words that are sung")
    counts = {code: sum(written_in(x, known.scripts) for x in letters) for code, known in LANGUAGES.items()}
    # kana are Japanese and nothing else, whatever else is among them
    kana = sum(written_in(letter, ("HIRAGANA", "KATAKANA")) for letter in letters)
    likely = "ja" if kana else max(counts, key=lambda code: counts[code])
    cure = f"set the language: {likely}" if counts[likely] else "write them in the language's own script"
    raise InputError(f"the words are not written as {language.name} is ({text.strip()[:20]!r})", cure=cure)
