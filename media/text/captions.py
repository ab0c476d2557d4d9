"""Lyrics and titles as ASS scripts for libass: styles in pixels of the frame, every character in a font that has it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pysubs2

from foundation.errors import InputError
from media.text.fonts import CJK_CURE, Font, FontChoice, shows
from media.text.lyrics import Line
from media.text.style import LyricsStyle, TextStyle, TitleText

ALIGNMENT = {"bottom": 2, "middle": 5, "top": 8}
TRUE_COLORS = {"YCbCr Matrix": "None"}
"""Without this line, libass takes a script's colours for those of old video, and white comes out as 235."""
SIDE = 0.06
"""Room left and right of text, of the frame's width."""
OUTLINE = 0.06
"""Width of the outline, of the text's size."""
JOINER = "\u2060"
"""After a backslash, it keeps libass from reading a command. It takes no room and shows nothing."""
_CONTROL = ("Cc", "Cs")
_FONT_TAG = re.compile(r"\\fn([^\\}]*)")


def lyrics_script(
    size: tuple[int, int], lines: Sequence[Line], style: LyricsStyle, fonts: FontChoice
) -> pysubs2.SSAFile:
    """Lines as they are shown; words with times fill with colour as they are sung.

    Args:
        size: (width, height) of the frame.
        style: how they look.
    """
    made = _empty(size)
    plain = _style(size, style, fonts.main)
    sung = plain.copy()
    sung.primarycolor, sung.secondarycolor = _color(style.sung), _color(style.color)
    made.styles = {"Lyrics": plain, "Karaoke": sung}
    for line in _stacked(lines, style.position):
        timed = len(line.words) > 1
        text = _karaoke(line, fonts) if timed else _runs(line.text.strip(), fonts)
        made.append(pysubs2.SSAEvent(line.start, line.end, text, style="Karaoke" if timed else "Lyrics"))
    return made


def _stacked(lines: Sequence[Line], position: str) -> list[Line]:
    """Lines that begin together, so that libass puts the first on top: it stacks those at the bottom upwards."""
    if position != "bottom":
        return list(lines)
    return [line for _, same in groupby(lines, key=lambda line: line.start) for line in reversed(list(same))]


def titles_script(size: tuple[int, int], titles: Sequence[TitleText], fonts: FontChoice) -> pysubs2.SSAFile:
    """Titles as they are shown.

    Args:
        titles: with how each looks.
    """
    made = _empty(size)
    for number, title in enumerate(titles):
        made.styles[f"Title{number}"] = _style(size, title, fonts.main)
        fade = rf"{{\fad({title.fade},{title.fade})}}" if title.fade else ""
        text = fade + _runs(title.text, fonts)
        made.append(pysubs2.SSAEvent(title.start, title.end, text, style=f"Title{number}"))
    return made


def _empty(size: tuple[int, int]) -> pysubs2.SSAFile:
    made = pysubs2.SSAFile()
    made.info = {
        "PlayResX": str(size[0]),
        "PlayResY": str(size[1]),
        "WrapStyle": "0",
        "ScaledBorderAndShadow": "yes",
        **TRUE_COLORS,
    }
    made.styles = {}
    return made


def _style(size: tuple[int, int], style: TextStyle, font: Font) -> pysubs2.SSAStyle:
    height = style.size * min(size)
    side = round(SIDE * size[0])
    return pysubs2.SSAStyle(
        fontname=font.family,
        fontsize=round(height, 2),
        bold=font.bold,
        primarycolor=_color(style.color),
        outlinecolor=pysubs2.Color(0, 0, 0, 40),
        backcolor=pysubs2.Color(0, 0, 0, 120),
        outline=round(OUTLINE * height, 2),
        shadow=round(OUTLINE * height / 2, 2),
        alignment=pysubs2.Alignment(ALIGNMENT[style.position]),
        marginl=side,
        marginr=side,
        marginv=round(style.margin * size[1]),
    )


def _color(text: str) -> pysubs2.Color:
    return pysubs2.Color(*(int(text[at : at + 2], 16) for at in (1, 3, 5)))


def _karaoke(line: Line, fonts: FontChoice) -> str:
    """The words with the times over which each fills with colour (the tag kf), in hundredths of a second."""
    starts = [start for start, _ in line.words]
    edges = [round((at - line.start) / 10) for at in [*starts, line.end]]
    lead = rf"{{\k{edges[0]}}}" if edges[0] > 0 else ""
    words = [
        rf"{{\kf{max(0, edges[n + 1] - edges[n])}}}" + _runs(word.rstrip("\n"), fonts)
        for n, (_, word) in enumerate(line.words)
    ]
    return lead + "".join(words)


def _runs(text: str, fonts: FontChoice) -> str:
    """Text, safe from being read as commands, with the font named wherever the style's does not do."""
    pieces = []
    for font, characters in groupby(text, key=fonts.font_of):
        piece = escaped("".join(characters))
        pieces.append(piece if font is fonts.main else rf"{{\fn{font.family}}}{piece}{{\fn}}")
    return "".join(pieces)


def escaped(text: str) -> str:
    """Text that libass shows as it stands, none of it read as a command; control characters left out."""
    text = "".join(
        character for character in text if character in "\n\t" or unicodedata.category(character) not in _CONTROL
    )
    text = text.replace("\\", "\\" + JOINER).replace("{", r"\{").replace("}", r"\}")
    return text.replace("\n", r"\N").replace("\t", " ")


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
    return InputError(f"no font has {shown}{more}, in {where}", file=file, cure=CJK_CURE)


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
