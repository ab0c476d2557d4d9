"""Lyrics and titles, read, checked against the fonts that are there, and written as a script that libass can draw.

Writes text.ass.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pysubs2

from media.text.captions import TRUE_COLORS, add_titles, text_script
from media.text.fonts import Font, FontChoice, read_fonts
from media.text.glyphs import check_font_names, check_glyphs, check_script_glyphs, fonts_of
from media.text.lyrics import Line, read_lyrics
from stages.artifacts import File, Scripts
from stages.contract import Report
from stages.contracts.subtitles import Facts, Inputs, Settings, SungLine

OWN = "own"
MAX_NOTES = 20
"""Odd lines that are reported; a file may have thousands."""


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the scripts.

    Raises:
        InputError: the lyrics cannot be read.
        ManifestError: no font has a character.
    """
    fonts = {name: read_fonts(font.path) for name, font in sorted(inputs.fonts.items(), key=_preference)}
    own = fonts[OWN][0] if OWN in fonts else None
    file, titles = inputs.lyrics.path if inputs.lyrics else None, settings.titles
    notes: list[str] = []
    lines, foreign = read_lyrics(file, settings.format, settings.performers, notes.append) if file else ([], None)
    offset = round(settings.offset * 1000)
    lines = [_later(line, offset) for line in lines]
    texts = [(f"titles.{number}.text", title.text) for number, title in enumerate(titles)]
    if foreign is None:
        texts += [(f"the line at {line.start / 1000:.2f} s", line.text) for line in lines]
    # one weight of each family: the others are there for scripts that ask for them
    asked_for = ("latin1", "slanted")
    usual = [font for name, found in fonts.items() if not name.startswith(asked_for) for font in found]
    choice = FontChoice(usual, "".join(text for _, text in texts), own)
    check_glyphs(choice, texts, file)
    used = set(choice.used)
    if foreign is not None and file is not None:
        used |= _prepare(foreign, [font for found in fonts.values() for font in found], own, file, offset)
        add_titles(foreign, settings.size, titles, choice)
        script = foreign
    else:
        script = text_script(settings.size, lines, settings.style, titles, choice)
    script.save(str(out / Scripts.NAME), encoding="utf-8", format_="ass", header_notice="")
    return Facts(
        lines=len(lines),
        last=max((line.start for line in lines), default=0),
        singers=tuple(SungLine(start=line.start, end=line.end, singers=line.singers) for line in lines if line.singers),
        fonts=tuple(name for name, found in fonts.items() if used & set(found)),
        notes=tuple(notes[:MAX_NOTES]),
    )


def _prepare(foreign: pysubs2.SSAFile, fonts: list[Font], own: Font | None, file: Path, offset: int) -> set[Font]:
    """Check and shift a script of the user's; the fonts that it needs."""
    check_font_names(foreign, fonts, own, file)
    check_script_glyphs(foreign, fonts, file)
    foreign.info.update(TRUE_COLORS)
    foreign.shift(ms=offset)
    return fonts_of(foreign, fonts)


def _preference(item: tuple[str, File]) -> tuple[bool, bool, str]:
    """The user's font first, then those for Latin, then all others."""
    return item[0] != OWN, not item[0].startswith("latin"), item[0]


def _later(line: Line, offset: int) -> Line:
    words = tuple((start + offset, word) for start, word in line.words)
    return replace(line, start=line.start + offset, end=line.end + offset, words=words)
