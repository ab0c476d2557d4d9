"""Read lyrics and titles, find fonts for them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from media.text.style import LyricsStyle, TitleText
from stages.artifacts import File, Scripts
from stages.contract import Contract


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        size: (width, height) of the frame in pixels.
        performers: everyone's name.
        format: of the lyrics file: ".srt".
        offset: seconds that the lyrics come later.
        style: of the lyrics.
        titles: in the manifest's order.
    """

    size: tuple[int, int]
    performers: tuple[str, ...]
    format: str
    offset: Fraction
    style: LyricsStyle
    titles: tuple[TitleText, ...]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        lyrics: the file, if there is one.
        fonts: files by name: "own" is the user's, "latin0" and so on are those of packages.
    """

    lyrics: File | None
    fonts: dict[str, File]


@dataclass(frozen=True, kw_only=True)
class SungLine:
    """Who sings when.

    Attributes:
        start: milliseconds.
        end: milliseconds.
        singers: their names.
    """

    start: int
    end: int
    singers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was read.

    Attributes:
        lines: how many there are.
        last: when the last one begins, milliseconds.
        singers: of the lines that name who sings them.
        fonts: the names of those that are needed to draw.
        notes: what of the lyrics is left out, and why.
    """

    lines: int
    last: int
    singers: tuple[SungLine, ...]
    fonts: tuple[str, ...]
    notes: tuple[str, ...] = ()


CONTRACT = Contract("subtitles", Settings, Inputs, Facts, Scripts)
