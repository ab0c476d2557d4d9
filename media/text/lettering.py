"""Lines of text on pictures for people, such as sheets: whatever writing they are in, with the fonts of packages."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from media.text.fonts import Font, FontChoice, packaged_fonts, read_fonts

Ink = tuple[int, int, int]
Drawn = NDArray[np.uint8]
_Face = ImageFont.FreeTypeFont | ImageFont.ImageFont
_BREAKS = ("Cc", "Zl", "Zp")


@dataclass(frozen=True)
class _Run:
    """Characters of one font. `font` is None for Pillow's own, which has ASCII."""

    text: str
    font: Font | None


def legible(line: str) -> str:
    """The line with characters that no font here has written as Python writes them (\\u8499), breaks as spaces."""
    line = "".join(" " if unicodedata.category(character) in _BREAKS else character for character in line)
    if line.isascii():
        return line
    missing = set(FontChoice(_fonts(), line).missing)
    return "".join(ascii(character)[1:-1] if ord(character) in missing else character for character in line)


def lettered(
    line: str, height: int, ink: Ink, paper: Ink, *, size: tuple[int, int] | None = None, left: int = 2
) -> Drawn:
    """A line of text as a picture, (H, W, 3) uint8; in the middle of its height.

    Args:
        height: of the letters, pixels.
        size: (width, height) of the picture; without it, what the line needs.
        left: pixels before the text.
    """
    runs = [(run.text, _face(run.font, height)) for run in _runs(legible(line))]
    lengths = [face.getlength(text) for text, face in runs]
    canvas = Image.new("RGB", size or (left + int(np.ceil(sum(lengths))) + 2, height + 8), paper)
    draw, x, baseline = ImageDraw.Draw(canvas), float(left), (canvas.height + round(0.7 * height)) // 2
    for (text, face), length in zip(runs, lengths, strict=True):
        draw.text((x, baseline), text, ink, face, anchor="ls")
        x += length
    return np.array(canvas, np.uint8)


def _runs(line: str) -> list[_Run]:
    if line.isascii():
        return [_Run(line or " ", None)]
    choice = FontChoice(_fonts(), line)
    runs = groupby(line, key=choice.font_of)
    return [_Run("".join(characters), font) for font, characters in runs]


@cache
def _fonts() -> tuple[Font, ...]:
    """The fonts of packages, the plain weight first; reading them takes a second, so only where they are needed."""
    packaged = packaged_fonts()
    return tuple(font for path in [*reversed(packaged["latin"]), *packaged["cjk"]] for font in read_fonts(path))


@lru_cache(maxsize=32)
def _face(font: Font | None, size: int) -> _Face:
    return ImageFont.load_default(size) if font is None else _open(font.path, read_fonts(font.path).index(font), size)


def _open(path: Path, index: int, size: int) -> _Face:
    return ImageFont.truetype(str(path), size, index=index)
