"""LRC lyrics: lines with their times, and in the enhanced form the time of each word.

`[01:02.50]text` is a line, `[01:02.50][01:40.00]text` one that comes back, `[01:05.00]` alone ends the line before.
`<01:02.80>word` says when a word begins; one at the end of a line, when the line ends. `[offset:250]` lets everything
come so many milliseconds earlier. Other `[name:value]` tags (artist, title, ...) are not lyrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from foundation.errors import InputError

LAST_SECONDS = 10
"""A line ends with the next one, and after so many seconds at the latest."""
_STAMP = r"(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?"
LINE = re.compile(rf"\[{_STAMP}\]")
WORD = re.compile(rf"<{_STAMP}>")
_OFFSET = re.compile(r"\[offset:\s*([+-]?\d{1,9})\s*\]", re.IGNORECASE)


@dataclass(frozen=True)
class LrcLine:
    """A line that is sung. Times in milliseconds.

    Attributes:
        words: (when it begins, its text with the spaces after it); a single one where the file times no words.
    """

    start: int
    end: int
    words: tuple[tuple[int, str], ...]


def parse_lrc(text: str) -> list[LrcLine]:
    """The lines in the order of their times.

    Raises: InputError (without a file's name) for text before the first time of a line that is no tag.
    """
    offset = offset_of(text)
    starts: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line, stamps = raw.strip(), []
        while stamp := LINE.match(line):
            stamps.append(_of_stamp(stamp) - offset)
            line = line[stamp.end() :].strip()
        if not stamps and line and not re.fullmatch(r"\[[^\]]*\]|#.*", line):
            raise InputError(
                f"line {number} has no time: {line[:40]!r}", cure="begin lines with their time: [00:12.50]"
            )
        first = stamps[0] if stamps else 0
        # the words of a line that comes back are timed for the first time that it is sung
        starts += [(stamp, _shifted(line, offset - (stamp - first))) for stamp in stamps]
    starts.sort(key=lambda item: item[0])
    times = sorted({start for start, _ in starts})
    following = dict(pairwise(times))
    return [line for line in (_line(start, text, following.get(start)) for start, text in starts) if line.words]


def offset_of(text: str) -> int:
    """How many milliseconds earlier everything comes than its times say."""
    found = _OFFSET.search(text)
    return int(found[1]) if found else 0


def milliseconds(stamp: str) -> int:
    """Of a time as it stands in a file, brackets and all: [01:02.50] or <01:02.50>."""
    found = re.fullmatch(rf".{_STAMP}.", stamp)
    return _of_stamp(found) if found else 0


def _line(start: int, text: str, following: int | None) -> LrcLine:
    latest = start + 1000 * LAST_SECONDS
    until = latest if following is None else min(following, latest)
    end = until
    pieces = WORD.split(text)
    words = [(start, pieces[0])] if pieces[0].strip() else []
    for at in range(1, len(pieces), 4):
        begins, word = _from_parts(pieces[at : at + 3]), pieces[at + 3]
        if word.strip():
            words.append((max(begins, start), word))
        elif words and at + 4 >= len(pieces):
            end = max(words[-1][0], min(begins, latest))
    return LrcLine(start, end if end > start else until, tuple(words))


def _shifted(text: str, earlier: int) -> str:
    """The same line, its words' times by so many milliseconds earlier."""

    def moved(stamp: re.Match[str]) -> str:
        at = max(0, _of_stamp(stamp) - earlier)
        return f"<{at // 60000}:{at // 1000 % 60:02d}.{at % 1000:03d}>"

    return WORD.sub(moved, text)


def _of_stamp(stamp: re.Match[str]) -> int:
    return _from_parts(list(stamp.groups()))


def _from_parts(parts: list[str | None]) -> int:
    """Minutes, seconds and a decimal fraction."""
    minutes, seconds, fraction = parts
    return (int(minutes or 0) * 60 + int(seconds or 0)) * 1000 + int((fraction or "0").ljust(3, "0"))
