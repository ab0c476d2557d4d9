"""Words to phones: the line is kept as it was written, every language comes out in phones, what is unknown is told."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from speech.dictionary import look_up
from speech.ipa import from_ipa
from speech.languages import LANGUAGES, check_script, language_of
from speech.numbers import number_words
from speech.phones import PHONES
from speech.pinyin import from_pinyin
from speech.pronounce import Said, Source, pronounce
from speech.spelling import spelt
from speech.tokens import tokens


def said(line: str, code: str = "en-us") -> list[Said]:
    language = language_of(code)
    return pronounce(tokens(line, language), language)


def sounds(line: str, code: str = "en-us") -> list[str]:
    return [" ".join(word.ways[0]) if word.ways else "" for word in said(line, code)]


@given(st.text(max_size=80), st.sampled_from(["en-us", "zh", "ja", "ko", "hi"]))
def test_the_shown_parts_are_the_line(line: str, code: str) -> None:
    found = tokens(line, language_of(code))
    assert "".join(token.shown for token in found) == (line if found else "")
    assert all(token.said for token in found)


@given(st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=25))
def test_any_letters_are_spelt_in_phones(word: str) -> None:
    phones = spelt(word)
    assert phones
    assert set(phones) <= PHONES


def test_rules_spell_much_as_the_dictionary_does() -> None:
    words = ["table", "nation", "bright", "stone", "chicken", "window", "melody", "shining", "knight", "thunder"]
    known = [look_up(word)[0] for word in words]
    same = sum(len(set(spelt(word)) & set(way)) / len(set(way)) for word, way in zip(words, known, strict=True))
    assert same / len(words) > 0.8


def test_english_words_are_looked_up_in_their_forms() -> None:
    assert sounds("Don't stop \u2013 singin' 'cause") == ["D OW N T", "S T AA P", "S IH NG IH N", "K AH Z"]
    assert sounds("baby's caf\u00e9") == ["B EY B IY Z", "K AH F EY"]


def test_a_word_may_be_said_in_several_ways() -> None:
    (read,) = said("read")
    assert {("R", "EH", "D"), ("R", "IY", "D")} <= set(read.ways)


def test_what_no_dictionary_has_is_spelt_and_told() -> None:
    known, strange = said("love zorblax")
    assert (known.source, strange.source) == (Source.KNOWN, Source.RULE)
    assert strange.ways[0][0] == "Z"


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0", "zero"),
        ("24", "twenty four"),
        ("1999", "nineteen ninety nine"),
        ("1905", "nineteen oh five"),
        ("2000", "two thousand"),
        ("1000000", "one million"),
        ("007", "zero zero seven"),
        ("350", "three hundred fifty"),
    ],
)
def test_numbers_are_said_as_words(digits: str, words: str) -> None:
    assert " ".join(number_words(digits)) == words


def test_numbers_stand_for_one_word_of_the_line() -> None:
    (word,) = said("24h")
    assert word.token.shown == "24h"
    assert " ".join(word.ways[0]).startswith("T W EH N T IY F AO R")


def test_syllables_of_mandarin() -> None:
    assert [" ".join(from_pinyin(each)) for each in ("zhuang", "nv", "yuan", "shi", "xue", "er", "wu")] == [
        "JH W AA NG",
        "N UW",
        "Y EH N",
        "SH IH",
        "SH Y W EH",
        "AA R",
        "W UW",
    ]
    assert from_pinyin("qqq") == ()


def test_mandarin_reads_characters_in_their_line_and_english_among_them() -> None:
    pytest.importorskip("pypinyin")
    assert sounds("银行 baby", "zh") == ["Y IY N", "HH AA NG", "B EY B IY"]  # 行 alone is xing


@pytest.mark.parametrize(
    ("code", "line", "wanted"),
    [
        ("fr", "bonjour l'amour", ["B AO N ZH UW R", "L AA M UW R"]),
        ("es", "niño", ["N IY N Y OW"]),
        ("ja", "ラーメン love", ["D AA", "M EH NG", "L AH V"]),
        ("ko", "사랑해", ["S AH D AH NG HH EH"]),
        ("hi", "प्यार", ["P Y AA D"]),
    ],
)
def test_other_languages_by_espeak(code: str, line: str, wanted: list[str]) -> None:
    pytest.importorskip("espeakng_loader")
    assert sounds(line, code) == wanted


def test_every_language_has_a_voice() -> None:
    pytest.importorskip("espeakng_loader")
    from speech.espeak import ipa

    assert all(from_ipa(ipa("a", language.voice)) for language in LANGUAGES.values() if language.by_letter is False)


def test_kanji_cannot_be_said_and_are_told() -> None:
    pytest.importorskip("espeakng_loader")
    kana, kanji = said("ね 私", "ja")
    assert kana.source is Source.KNOWN
    assert (kanji.source, kanji.ways) == (Source.NONE, ())


@pytest.mark.parametrize(
    ("text", "code", "cure"),
    [
        ("привет мир", "en-us", "set the language: ru"),
        ("我爱你", "en-us", "set the language: zh"),
        ("きみがすき", "zh", "set the language: ja"),
        ("hello world", "zh", "set the language: en-us"),
        ("1 2 3", "en-us", "with the words that are sung"),
    ],
)
def test_words_in_another_script_are_refused_with_their_language(text: str, code: str, cure: str) -> None:
    with pytest.raises(InputError, match=cure):
        check_script(text, language_of(code))


def test_english_among_other_words_is_fine() -> None:
    check_script("사랑해 baby oh baby", language_of("ko"))
    check_script("déjà vu, Дима", language_of("fr"))


def test_a_language_without_rules_is_told_with_those_that_have_some() -> None:
    with pytest.raises(InputError, match=r"no rules for the language 'tlh' \(use one of en-us, zh, ja"):
        language_of("tlh")
    assert language_of("EN_GB").code == "en-us"
