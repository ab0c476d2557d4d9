"""Lyrics and titles, read, checked against the fonts that are there, and written as scripts that libass can draw.

Writes lyrics.ass and titles.ass, each if there is any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pysubs2

from media.text.captions import (
    TRUE_COLORS,
    check_font_names,
    check_glyphs,
    check_script_glyphs,
    fonts_of,
    lyrics_script,
    titles_script,
)
from media.text.fonts import Font, FontChoice, read_fonts
from media.text.lyrics import Line, read_lyrics
from stages import Report
from stages.names import SCRIPTS

LYRICS, TITLES = SCRIPTS


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: size, performers (names), format (of the lyrics file, ".srt"), offset (seconds), style and titles (as
    of media.text.captions).

    Inputs: lyrics (if there are any), and fonts: "font.own" the user's, "font.latin0" ... those of packages.

    Facts: lines (how many), last (when the last one begins), singers (who sings when: [start, end, [names]], of the
    lines that say so), fonts (the inputs that are needed to draw). Times in milliseconds.
    """
    fonts = {name: read_fonts(path) for name, path in sorted(inputs.items(), key=_preference) if _is_font(name)}
    own = fonts["font.own"][0] if "font.own" in fonts else None
    file, titles = inputs.get("lyrics"), settings["titles"]
    lines, foreign = read_lyrics(file, settings["format"], settings["performers"]) if file else ([], None)
    offset = round(Fraction(settings["offset"]) * 1000)
    lines = [_later(line, offset) for line in lines]
    texts = [(f"titles.{number}.text", title["text"]) for number, title in enumerate(titles)]
    if foreign is None:
        texts += [(f"the line at {line.start / 1000:.2f} s", line.text) for line in lines]
    # one weight of each family: the second is there for scripts that ask for it
    usual = [font for name, found in fonts.items() if name != "font.latin1" for font in found]
    choice = FontChoice(usual, "".join(text for _, text in texts), own)
    check_glyphs(choice, texts, file)
    used = set(choice.used)
    if foreign is not None and file is not None:
        used |= _prepare(foreign, [font for found in fonts.values() for font in found], own, file, offset)
        _save(foreign, out / LYRICS)
    elif lines:
        _save(lyrics_script(tuple(settings["size"]), lines, settings["style"], choice), out / LYRICS)
    if titles:
        _save(titles_script(tuple(settings["size"]), titles, choice), out / TITLES)
    return {
        "lines": len(lines),
        "last": max((line.start for line in lines), default=0),
        "singers": [[line.start, line.end, list(line.singers)] for line in lines if line.singers],
        "fonts": [name for name, found in fonts.items() if used & set(found)],
    }


def _prepare(foreign: pysubs2.SSAFile, fonts: list[Font], own: Font | None, file: Path, offset: int) -> set[Font]:
    """Check and shift a script of the user's; the fonts that it needs."""
    check_font_names(foreign, fonts, own, file)
    check_script_glyphs(foreign, fonts, file)
    foreign.info.update(TRUE_COLORS)
    foreign.shift(ms=offset)
    return fonts_of(foreign, fonts)


def _save(made: pysubs2.SSAFile, path: Path) -> None:
    made.save(str(path), encoding="utf-8", format_="ass", header_notice="")


def _is_font(name: str) -> bool:
    return name.startswith("font.")


def _preference(item: tuple[str, Path]) -> tuple[bool, bool, str]:
    """The user's font first, then those for Latin, then all others."""
    return item[0] != "font.own", not item[0].startswith("font.latin"), item[0]


def _later(line: Line, offset: int) -> Line:
    words = tuple((start + offset, word) for start, word in line.words)
    return replace(line, start=line.start + offset, end=line.end + offset, words=words)
