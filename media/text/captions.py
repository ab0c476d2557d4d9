"""Lyrics and titles as an ASS script for libass: styles in pixels of the frame, every character in a font that has it.

One script holds both, so that libass keeps them off one another; each line is made to fit into the frame.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import pysubs2

from media.text.fitting import Crowd, Fit, fitted
from media.text.fonts import Font, FontChoice
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


@dataclass(frozen=True)
class Canvas:
    """What a script is drawn on.

    Attributes:
        size: (width, height) of the frame in pixels.
        units: the same in the script's own units.
    """

    size: tuple[int, int]
    units: tuple[float, float]

    @property
    def unit(self) -> float:
        """Of the script, a pixel's height."""
        return self.units[1] / self.size[1]


def text_script(
    size: tuple[int, int],
    lines: Sequence[Line],
    style: LyricsStyle,
    titles: Sequence[TitleText],
    fonts: FontChoice,
) -> pysubs2.SSAFile:
    """Lines and titles as they are shown; words with times fill with colour as they are sung.

    Args:
        size: (width, height) of the frame.
        style: how lines look.
        titles: with how each looks.
    """
    made, canvas = empty_script(size), Canvas(size, size)
    room = Crowd([*((line.start, line.end) for line in lines), *((title.start, title.end) for title in titles)])
    plain = _style(canvas, style, fonts.main)
    sung = plain.copy()
    sung.primarycolor, sung.secondarycolor = _color(style.sung), _color(style.color)
    made.styles = {"Lyrics": plain, "Karaoke": sung}
    for line in _stacked(lines, style.position):
        timed = len(line.words) > 1
        fit = _fit(canvas, style, line.text.strip(), fonts, room.share(line.start, line.end))
        text = _karaoke(line, fonts, fit) if timed else _runs(fit.broken(line.text.strip()), fonts)
        event = pysubs2.SSAEvent(line.start, line.end, _smaller(canvas, style, fit) + text)
        event.style = "Karaoke" if timed else "Lyrics"
        made.append(event)
    _add_titles(made, canvas, titles, fonts, room)
    return made


def empty_script(size: tuple[int, int]) -> pysubs2.SSAFile:
    """A script in pixels of the frame, with nothing in it."""
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


def add_titles(script: pysubs2.SSAFile, size: tuple[int, int], titles: Sequence[TitleText], fonts: FontChoice) -> None:
    """Put titles into a script of the user's, in its units (libass: 384 by 288, where it names none).

    Args:
        size: (width, height) of the frame.
    """
    told = [float(script.info.get(name) or 0) for name in ("PlayResX", "PlayResY")]
    width, height = told[0] or (told[1] * 4 / 3 or 384), told[1] or (told[0] * 3 / 4 or 288)
    script.info |= {"PlayResX": f"{width:g}", "PlayResY": f"{height:g}"}
    spans = [(event.start, event.end) for event in script] + [(title.start, title.end) for title in titles]
    _add_titles(script, Canvas(size, (width, height)), titles, fonts, Crowd(spans))


def _add_titles(
    script: pysubs2.SSAFile, canvas: Canvas, titles: Sequence[TitleText], fonts: FontChoice, room: Crowd
) -> None:
    for number, title in enumerate(titles):
        name = f"Title {number} of the manifest"
        script.styles[name] = _style(canvas, title, fonts.main)
        fade = rf"\fad({title.fade},{title.fade})" if title.fade else ""
        fit = _fit(canvas, title, title.text, fonts, room.share(title.start, title.end))
        text = rf"{{\q0{fade}}}" + _smaller(canvas, title, fit) + _runs(fit.broken(title.text), fonts)
        script.append(pysubs2.SSAEvent(title.start, title.end, text, style=name))


def _stacked(lines: Sequence[Line], position: str) -> list[Line]:
    """Lines that begin together, so that libass puts the first on top: it stacks those at the bottom upwards."""
    if position != "bottom":
        return list(lines)
    return [line for _, same in groupby(lines, key=lambda line: line.start) for line in reversed(list(same))]


def _fit(canvas: Canvas, style: TextStyle, text: str, fonts: FontChoice, share: float) -> Fit:
    """How the text fits into its part of the frame."""
    width, height = canvas.size
    room = (1 - 2 * SIDE) * width, (1 - 2 * style.margin) * share * height
    return fitted(text, style.size * min(canvas.size), room, fonts)


def _smaller(canvas: Canvas, style: TextStyle, fit: Fit) -> str:
    """The tags that make a text as small as it must be."""
    if fit.scale == 1:
        return ""
    height = fit.scale * style.size * min(canvas.size) * canvas.unit
    return rf"{{\fs{height:.2f}\bord{OUTLINE * height:.2f}\shad{OUTLINE * height / 2:.2f}}}"


def _style(canvas: Canvas, style: TextStyle, font: Font) -> pysubs2.SSAStyle:
    height = style.size * min(canvas.size) * canvas.unit
    side = round(SIDE * canvas.units[0])
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
        marginv=round(style.margin * canvas.units[1]),
    )


def _color(text: str) -> pysubs2.Color:
    return pysubs2.Color(*(int(text[at : at + 2], 16) for at in (1, 3, 5)))


def _karaoke(line: Line, fonts: FontChoice, fit: Fit) -> str:
    """The words with the times over which each fills with colour (the tag kf), in hundredths of a second."""
    starts = [start for start, _ in line.words]
    edges = [round((at - line.start) / 10) for at in [*starts, line.end]]
    lead = rf"{{\k{edges[0]}}}" if edges[0] > 0 else ""
    words = [
        rf"{{\kf{max(0, edges[n + 1] - edges[n])}}}" + _runs(fit.broken(word.rstrip("\n")), fonts)
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
