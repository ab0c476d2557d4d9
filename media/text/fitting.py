"""Text that fits: how wide it is, how small it must be, and where a word is broken that is wider than the frame."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from media.text.fonts import FontChoice, advances

SMALLEST = 0.6
"""Of the size that is asked for: a word that would have to be smaller is broken instead."""
SLACK = 0.96
"""Of the room, what is filled: libass sets letters by other rounding, and draws outlines around them."""
STEP = 0.93
_BREAK = "\u200b"
"""Where a line may be broken; it takes no room and shows nothing."""
_JOINED = ("Mn", "Me", "Mc", "Cf", "Sk")


@dataclass(frozen=True)
class Fit:
    """How a text fits.

    Attributes:
        scale: of the size that was asked for.
        room: the width of a line, in heights of it.
        fonts: what shows it.
    """

    scale: float
    room: float
    fonts: FontChoice = field(repr=False)

    def broken(self, text: str) -> str:
        """The text, with a place to break in every word that is wider than a line."""
        return "".join(piece for word in _words(text) for piece in self._pieces(word))

    def _pieces(self, word: str) -> list[str]:
        if _width(word.rstrip(), self.fonts) <= self.room:
            return [word]
        pieces, width = [""], 0.0
        for character in word:
            wide = _width(character, self.fonts)
            if width + wide > self.room and unicodedata.category(character) not in _JOINED:
                pieces.append(_BREAK)
                width = 0.0
            pieces[-1] += character
            width += wide
        return pieces


def fitted(text: str, height: float, room: tuple[float, float], fonts: FontChoice) -> Fit:
    """How small a text must be to stand in a room without leaving it.

    Words are broken where they would have to be smaller than SMALLEST; what has too many lines becomes as small as it
    must be.

    Args:
        height: of a line, in pixels.
        room: (width, height), pixels.
    """
    words = [_words(row) for row in text.split("\n")]
    widest = max((_width(word.rstrip(), fonts) for row in words for word in row), default=0.0)
    rows = [[_width(word, fonts) for word in row] for row in words]
    line = SLACK * room[0] / height
    scale = min(1.0, max(SMALLEST, line / widest)) if widest else 1.0
    while scale > 0.02 and _lines(rows, line / scale) * scale * height > room[1]:
        scale *= STEP
    return Fit(scale, line / scale, fonts)


class Crowd:
    """How many texts share the frame.

    Args:
        spans: when each is shown: (start, end), any unit.
    """

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = sorted(start for start, _ in spans)
        self._ends = sorted(end for _, end in spans)

    def share(self, start: int, end: int) -> float:
        """The part of the frame's height that a text may take: all of it alone, less where it meets others."""
        meets = bisect_left(self._starts, end) - bisect_right(self._ends, start)
        return 1.0 if meets <= 1 else 1 / (meets + 1)


def _lines(rows: list[list[float]], room: float) -> int:
    """How many lines the words of each row make, each as full as it can be."""
    count = 0
    for row in rows:
        count, width = count + 1, 0.0
        for word in row:
            if width and width + word > room:
                count, width = count + 1, 0.0
            whole, rest = divmod(word, room) if word > room else (0, word)
            count, width = count + int(whole), width + rest
    return count


def _words(text: str) -> list[str]:
    """The pieces between which a line may be broken, spaces after them: words, and single Chinese characters."""
    words, last = [""], " "
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        if (last.isspace() and not character.isspace()) or wide:
            words.append("")
        words[-1] += character
        last = " " if wide else character
    return [word for word in words if word]


def _width(text: str, fonts: FontChoice) -> float:
    """Of a line, in heights of it."""
    return sum(advances(fonts.font_of(character)).get(ord(character), 0.0) for character in text)
