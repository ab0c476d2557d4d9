"""The lines of a song, timed or not: LRC, SRT, ASS and plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import InputError
from media.text.lyrics import FORMATS, check_count, check_length, read_lyrics, read_text
from media.text.singers import Singers, Told, names_before

PLAIN = ".txt"
_STAMPS = re.compile(r"\[[^\]]*\]|<[^>]*>|\{[^}]*\}")
"""Times, and what else is no word: [00:12.50], <00:12.80>, {\\kf20}."""
_HEADING = re.compile(r"\[[^\]]*\]|#.*")
"""[Chorus], # a note: no words of the song."""


@dataclass(frozen=True)
class SungLine:
    """One line of a song.

    Attributes:
        text: its words.
        singers: who sings it, if the file says so.
        start, end: seconds, if the file tells them.
        pieces: (when it begins, words), where words are timed.
    """

    text: str
    singers: tuple[str, ...] = ()
    start: float | None = None
    end: float | None = None
    pieces: tuple[tuple[float, str], ...] = ()


def read_lines(path: Path, performers: Sequence[str] = (), told: Told = lambda line: None) -> list[SungLine]:
    """The lines of a file of lyrics, in the order of their times, or as they stand where there are none.

    Args:
        told: hears what is left out: names that are nobody's, lines that end where they begin.

    Raises: InputError: no lyrics file, or one without words, damaged or oversized.
    """
    kind = _kind(path)
    if kind == PLAIN:
        return plain_lines(read_text(path), Singers(performers, path, told))
    found, _ = read_lyrics(path, kind, performers, told)
    lines = []
    for line in found:
        pieces = tuple((at / 1000, text) for at, text in line.words) if len(line.words) > 1 else ()
        text = " ".join(line.text.split())
        lines.append(SungLine(text, line.singers, line.start / 1000, line.end / 1000, pieces))
    return lines


def names_in(path: Path) -> dict[str, int]:
    """Names that stand before lines of a file of words, in order, and before how many lines.

    Raises: InputError if it cannot be read.
    """
    kind, rows = _kind(path), read_text(path).splitlines()
    if kind in (".ass", ".ssa"):
        events = [row.split(",", 9) for row in rows if row.startswith("Dialogue:")]
        rows = [row for event in events if len(event) > 9 for row in (f"{event[4]}: ", *event[9].split("\\N"))]
    return names_before(_STAMPS.sub("", row).strip() for row in rows)


def _kind(path: Path) -> str:
    """What the file's name ends in.

    Raises: InputError if no words are written in such files.
    """
    kind = path.suffix.lower()
    if kind not in (PLAIN, *FORMATS):
        cure = f"name a file that ends in {', '.join((PLAIN, *FORMATS))}"
        raise InputError("is no file of words", file=path, cure=cure)
    return kind


def plain_lines(text: str, singers: Singers) -> list[SungLine]:
    """Lines without times; empty ones and headings ([Chorus]) are passed over.

    Raises: InputError for a text without lines, or with too many or too long ones.
    """
    lines, path = [], singers.file
    for number, raw in enumerate(text.splitlines(), 1):
        line = " ".join(raw.split())
        if not line or _HEADING.fullmatch(line):
            continue
        check_length(line, f"line {number}", path)
        words, names = singers.before(line, f"line {number}")
        if words.strip():
            lines.append(SungLine(words.strip(), names))
    if not lines:
        raise InputError("holds no words", file=path, cure="write the words of the song into it, a line a line")
    check_count(len(lines), path)
    return lines
