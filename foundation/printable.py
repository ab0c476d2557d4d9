"""Text from strangers on a terminal: names of files and words of lyrics that command nothing there."""

from __future__ import annotations

import io
import unicodedata
from typing import TextIO

KEPT = "\n\t"


def printable(text: str) -> str:
    """The text with control characters, and halves of characters, written as JSON writes them (\\u001b)."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in KEPT or unicodedata.category(character) not in ("Cc", "Cs"):
        return character
    return f"\\u{ord(character):04x}"


class Printable(io.TextIOBase):
    """A text stream that writes only what is printable."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(printable(text))

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # what it writes to has one
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._stream.errors
