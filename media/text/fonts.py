"""Fonts for text in the picture: those that come with packages, the user's own, and which characters they have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.errors import InputError
from foundation.limits import Limit
from media.files.checks import check_file

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

DEJAVU = ("matplotlib", ("mpl-data/fonts/ttf/DejaVuSans-Bold.ttf", "mpl-data/fonts/ttf/DejaVuSans.ttf"))
SLANTED = ("matplotlib", ("mpl-data/fonts/ttf/DejaVuSans-Oblique.ttf", "mpl-data/fonts/ttf/DejaVuSans-BoldOblique.ttf"))
CJK = ("noto_cjk_sans_otc", ("NotoSansCJK-Regular.ttc",))
CURE = "name a .ttf, .otf or .ttc file"
CJK_CURE = "pip install noto-cjk-sans-otc, or name a font file that has them as `font`"
_REGIONS = {"JP": (0x3040, 0x30FF), "KR": (0xAC00, 0xD7AF)}
_FAMILY, _FULL, _POSTSCRIPT, _TYPOGRAPHIC = 1, 4, 6, 16


@dataclass(frozen=True)
class Font:
    """One font of a file.

    Attributes:
        number: in its file.
        family: what text asks for.
        names: all that it answers to, lower case.
    """

    path: Path
    number: int
    family: str
    names: frozenset[str]
    bold: bool

    @property
    def characters(self) -> frozenset[int]:
        """The code points that it can show; read when they are asked for, which takes long for Chinese fonts.

        Raises: InputError if the file is damaged.
        """
        return _characters(self.path, self.number)


def packaged_fonts() -> dict[str, list[Path]]:
    """The files that come with packages: "latin" (DejaVu Sans), "slanted" (its italics) and "cjk" (Noto Sans CJK).

    Empty where not installed.
    """
    return {"latin": _inside(*DEJAVU), "slanted": _inside(*SLANTED), "cjk": _inside(*CJK)}


def _inside(package: str, names: tuple[str, ...]) -> list[Path]:
    spec = find_spec(package)
    folders = (spec.submodule_search_locations or []) if spec else []
    paths = [Path(folder, name) for folder in folders for name in names]
    return [path for path in paths if path.is_file()]


@lru_cache(maxsize=16)
def read_fonts(path: Path) -> tuple[Font, ...]:
    """The fonts of a .ttf, .otf, .ttc or .otc file.

    Raises: InputError if it is none.
    """
    check_file(path)
    if path.stat().st_size > Limit.FONT_BYTES.now:
        raise InputError("is larger than a font", file=path, cure=f"{CURE}, or {Limit.FONT_BYTES.cure}")
    with _opened(path) as fonts:
        return tuple(_font(path, number, font) for number, font in enumerate(fonts))


@lru_cache(maxsize=64)
def _characters(path: Path, number: int) -> frozenset[int]:
    with _opened(path) as fonts:
        return frozenset(fonts[number].getBestCmap() or ())


@lru_cache(maxsize=64)
def advances(font: Font) -> Mapping[int, float]:
    """How far each character takes the writing on, in heights of a line, by its code point.

    libass takes as a line's height what the font's OS/2 table calls its ascent and descent.
    """
    with _opened(font.path) as fonts:
        found = fonts[font.number]
        names, widths = found.getBestCmap() or {}, found["hmtx"].metrics
        height = found["OS/2"].usWinAscent + found["OS/2"].usWinDescent or found["head"].unitsPerEm
        return {code: widths[name][0] / height for code, name in names.items() if name in widths}


@contextmanager
def _opened(path: Path) -> Iterator[list[TTFont]]:
    """The fonts of a file, read as far as they are asked. Raises: InputError, also for what is done with them."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError  # noqa: PLC0415  (slow to import, for text alone)

    damaged = (TTLibError, OSError, KeyError, ValueError, IndexError, AssertionError, AttributeError, TypeError)
    try:
        with path.open("rb") as file:
            collected = file.read(4) == b"ttcf"
            file.seek(0)
            yield TTCollection(file, lazy=True).fonts if collected else [TTFont(file, lazy=True)]
    except damaged as problem:
        raise InputError(f"is no font that can be read: {problem}", file=path, cure=CURE) from problem


def _font(path: Path, number: int, font: TTFont) -> Font:
    table = font["name"]
    records = [record for record in table.names if record.nameID in (_FAMILY, _FULL, _POSTSCRIPT, _TYPOGRAPHIC)]
    names = frozenset(record.toUnicode(errors="replace").lower() for record in records)
    family = table.getDebugName(_FAMILY) or path.stem
    return Font(path, number, family, names, bool(font["head"].macStyle & 1))


def shows(character: str) -> bool:
    """Whether a character needs a glyph: spaces, controls and what only shapes its neighbours need none."""
    kind = unicodedata.category(character)
    return kind not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not "\ufe00" <= character <= "\ufe0f"


class FontChoice:
    """Which font shows which character: one for all of a text where one has everything, else each its own.

    Args:
        fonts: in the order of preference.
        text: all that will be written; it also tells which region's forms Chinese characters take.
        own: the one that the user chose; it is then the main font, whatever it lacks.
    Attributes:
        main: shows what it can.
        used: all that are needed.
        missing: code points that none has.
    """

    def __init__(self, fonts: Iterable[Font], text: str, own: Font | None = None) -> None:
        needed = {character for character in text if shows(character)}
        codes = {ord(character) for character in needed}
        self._chain = _of_region(list(fonts), text)
        whole = next((font for font in self._chain if codes <= font.characters), None)
        self.main = own or whole or self._chain[0]
        self.used = {self.main} | {self.font_of(character) for character in needed}
        self.missing = [] if whole else sorted(codes.difference(*(font.characters for font in self._chain)))

    def font_of(self, character: str) -> Font:
        """The main font, or else the first that has the character."""
        if not shows(character) or ord(character) in self.main.characters:
            return self.main
        return next((font for font in self._chain if ord(character) in font.characters), self.main)


def _of_region(fonts: list[Font], text: str) -> list[Font]:
    """Of a collection's fonts for several regions, only the one that the text is written in."""
    region = "SC"
    for name, (first, last) in _REGIONS.items():
        if any(first <= ord(character) <= last for character in text):
            region = name
    chosen = []
    for font in fonts:
        if " CJK " not in font.family or (font.family.endswith(region) and " Mono " not in font.family):
            chosen.append(font)
    return chosen or fonts
