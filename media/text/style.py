"""How text over the picture looks and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """One kind of text.

    Attributes:
        position: bottom, middle or top.
        size: height of a line, of the frame's shorter side.
        margin: to the frame's edge, of the frame's height.
        color: "#rrggbb".
    """

    position: str
    size: float
    margin: float
    color: str


@dataclass(frozen=True, kw_only=True)
class LyricsStyle(TextStyle):
    """Lyrics.

    Attributes:
        sung: "#rrggbb" of words that have been sung.
    """

    sung: str


@dataclass(frozen=True, kw_only=True)
class TitleText(TextStyle):
    """A title.

    Attributes:
        text: what it says.
        start: milliseconds.
        end: milliseconds.
        fade: milliseconds in which it appears, and in which it goes.
    """

    text: str
    start: int
    end: int
    fade: int
