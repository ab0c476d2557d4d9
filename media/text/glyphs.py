"""Whether the fonts that are there have what a text needs, and where others come from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pysubs2

from foundation.errors import InputError
from media.text.fonts import CJK_CURE, Font, FontChoice, shows

_FONT_TAG = re.compile(r"\\fn([^\\}]*)")
_CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")
_SYMBOLS = ("So", "Sk", "Cn")


def check_glyphs(fonts: FontChoice, texts: Sequence[tuple[str, str]], file: Path | None) -> None:
    """Whether there is a glyph for everything; `texts`: (where it stands, what), for the message.

    Raises: InputError naming the characters and the first place where one stands.
    """
    lacking = {chr(code) for code in fonts.missing}
    if lacking:
        where = next((place for place, text in texts if lacking & set(text)), "the text")
        raise _missing(lacking, where, file)


def check_script_glyphs(subtitles: pysubs2.SSAFile, fonts: Sequence[Font], file: Path) -> None:
    """Whether the fonts that each line of an ASS script asks for have its characters.

    Raises: InputError as check_glyphs.
    """
    named = {name: font for font in fonts for name in font.names}
    for event in subtitles:
        style = subtitles.styles.get(event.style) or subtitles.styles.get("Default") or pysubs2.SSAStyle()
        asked = [style.fontname, *_FONT_TAG.findall(event.text)]
        characters = frozenset[int]().union(*(named[name].characters for name in map(_plain, asked) if name in named))
        lacking = {each for each in event.plaintext if shows(each) and ord(each) not in characters}
        if lacking:
            raise _missing(lacking, f"the line at {event.start / 1000:.2f} s (font {style.fontname})", file)


def _missing(lacking: set[str], where: str, file: Path | None) -> InputError:
    ordered = sorted(lacking)
    shown = ", ".join(f"{character} (U+{ord(character):04X})" for character in ordered[:5])
    more = f" and {len(ordered) - 5} more" if len(ordered) > 5 else ""
    return InputError(f"no font has {shown}{more}, in {where}", file=file, cure=_source(ordered[0]))


def _source(character: str) -> str:
    """Where a font that has the character comes from."""
    script = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    if script in _CJK:
        return CJK_CURE
    if unicodedata.category(character) in _SYMBOLS:
        font, package = "Symbola.ttf", "fonts-symbola"
    else:
        font, package = f"NotoSans{script.capitalize()}-Regular.ttf", "fonts-noto-core"
    return f"name a font file that has them as `font`, such as {font}, of Debian's and Ubuntu's {package}"


def fonts_of(subtitles: pysubs2.SSAFile, fonts: Sequence[Font]) -> set[Font]:
    """Those fonts that the script asks for, in all their weights."""
    asked = {_plain(name) for name in _asked(subtitles)}
    return {font for font in fonts if asked & font.names}


def _asked(subtitles: pysubs2.SSAFile) -> set[str]:
    """The names of fonts in styles and tags."""
    named = {name for event in subtitles for name in _FONT_TAG.findall(event.text) if name.strip()}
    return named | {style.fontname for style in subtitles.styles.values()}


def _plain(name: str) -> str:
    """A font's name as fonts are compared by; @ stands before those that are written from top to bottom."""
    return name.strip().lstrip("@").lower()


def check_font_names(subtitles: pysubs2.SSAFile, fonts: Sequence[Font], own: Font | None, file: Path) -> None:
    """Whether every font that an ASS script asks for is here. With a font of the user's own, that one stands in.

    Raises: InputError naming the fonts that are not.
    """
    known = {name for font in fonts for name in font.names}
    absent = sorted(name for name in _asked(subtitles) if _plain(name) not in known)
    if not absent:
        return
    if own is None:
        here = ", ".join(sorted({font.family for font in fonts}))
        cure = f"name a font file as `font` to stand in for what is missing, or use one of: {here}"
        raise InputError(f"asks for a font that is not here: {', '.join(absent)}", file=file, cure=cure)
    for style in subtitles.styles.values():
        if style.fontname in absent:
            style.fontname = own.family
    for event in subtitles:
        event.text = _FONT_TAG.sub(lambda tag: rf"\fn{own.family}" if tag[1] in absent else tag[0], event.text)
