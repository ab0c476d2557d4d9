"""Lyrics files (SRT, LRC, ASS), read as untrusted text: sizes bounded, nothing in them opened or run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pysubs2
from pysubs2.exceptions import Pysubs2Error

from foundation.errors import InputError
from foundation.limits import Limit
from media.files.checks import check_file
from media.text.lrc import parse_lrc
from media.text.singers import Singers, Told
from media.text.taming import most_at_once, tamed

MAX_MILLISECONDS = 24 * 3600 * 1000
FORMATS = (".srt", ".lrc", ".ass", ".ssa")


@dataclass(frozen=True)
class Line:
    """A line that is sung. Times in milliseconds.

    Attributes:
        words: (when it begins, its text); one, if words are not timed.
        singers: performers named before it.
    """

    start: int
    end: int
    words: tuple[tuple[int, str], ...]
    singers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(word for _, word in self.words)


def read_lyrics(
    path: Path, kind: str, performers: Sequence[str], told: Told = lambda line: None
) -> tuple[list[Line], pysubs2.SSAFile | None]:
    """The lines of a lyrics file in the order of their times; several may have the same.

    Who sings a line may stand before it, "name: text" or "name & name: text" ("all", "both": everyone), in ASS also in
    the field Name (`Singers`). A line that ends where it begins is left out, with a notice.

    Args:
        kind: one of FORMATS, what the file's name ends in.
        performers: their names.
        told: hears what is left out.
    Returns:
        the lines; and of an ASS file the whole of it, its names taken out of the text, without attachments.
    Raises:
        InputError: no lyrics file, or a damaged, oversized or contradictory one.
    """
    if kind not in FORMATS:
        raise InputError("is no lyrics file", file=path, cure=f"name a file that ends in {', '.join(FORMATS)}")
    return lyrics_in(as_written(path), kind, Singers(performers, path, told))


def lyrics_in(text: str, kind: str, singers: Singers) -> tuple[list[Line], pysubs2.SSAFile | None]:
    """As `read_lyrics`, of a file's text.

    Raises: InputError as that.
    """
    path, text = singers.file, _tidied(text)
    try:
        if kind == ".lrc":
            lines = [Line(line.start, line.end, line.words) for line in parse_lrc(text)]
            return _checked([_sung(line, singers) for line in lines], singers), None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pysubs2 warns of odd fields that it then reads well enough
            subtitles = pysubs2.SSAFile.from_string(text, format_="srt" if kind == ".srt" else "ass")
    except InputError as error:
        error.file = str(path)
        raise
    except (Pysubs2Error, ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError) as error:
        raise InputError(
            f"is damaged: {error}", file=path, cure="open it in a subtitle editor, save it again"
        ) from None
    if kind == ".srt":
        lines = [Line(event.start, event.end, ((event.start, event.plaintext),)) for event in subtitles]
        lines = [_sung(line, singers) for line in lines if line.text.strip()]
        return _checked(sorted(lines, key=lambda line: line.start), singers), None
    return _from_ass(subtitles, singers)


def read_text(path: Path) -> str:
    """The text of a file of lyrics, line ends and empty lines made even.

    Raises: InputError as `as_written`.
    """
    return _tidied(as_written(path))


def as_written(path: Path) -> str:
    """The text of a file of lyrics as it stands, at most Limit.LYRICS_BYTES of UTF-8.

    Raises: InputError if it is none.
    """
    check_file(path)
    if path.stat().st_size > Limit.LYRICS_BYTES.now:
        told = f"is larger than {Limit.LYRICS_BYTES.now / 1e6:g} MB"
        raise InputError(told, file=path, cure=f"name a file of lyrics, or {Limit.LYRICS_BYTES.cure}")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", file=path, cure="save it as UTF-8 in a text editor") from None


def _tidied(text: str) -> str:
    """Without what makes readers slow: thousands of empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", text)


def check_count(lines: int, path: Path) -> None:
    """Raises: InputError for more than Limit.LYRICS_LINES."""
    if lines > Limit.LYRICS_LINES.now:
        told = f"holds {lines} lines, more than {Limit.LYRICS_LINES.now}"
        raise InputError(told, file=path, cure=f"name a file of lyrics, or {Limit.LYRICS_LINES.cure}")


def check_length(text: str, at: str, path: Path) -> None:
    """Raises: InputError for more than Limit.LINE_CHARACTERS in the line `at`."""
    if len(text) > Limit.LINE_CHARACTERS.now:
        told = f"{at} has {len(text)} characters, more than {Limit.LINE_CHARACTERS.now}"
        raise InputError(told, file=path, cure=f"break it into lines, or {Limit.LINE_CHARACTERS.cure}")


def _from_ass(subtitles: pysubs2.SSAFile, singers: Singers) -> tuple[list[Line], pysubs2.SSAFile]:
    """Lines of an ASS file, and the file freed of comments and of fonts and pictures that it brings along."""
    clean = pysubs2.SSAFile()
    clean.info = {key: value for key, value in subtitles.info.items() if key in _INFO}
    clean.styles = subtitles.styles
    lines = []
    for event in sorted((event for event in subtitles if not event.is_comment), key=lambda event: event.start):
        line = Line(event.start, event.end, ((event.start, event.plaintext),))
        sung = _sung(line, singers)
        if by_name := singers.known(event.name.strip()):
            sung = replace(sung, singers=by_name)
        event.text = _freed(event.text, line.text, sung.text)
        clean.append(event)
        if sung.text.strip():
            lines.append(sung)
    if (crowd := most_at_once(clean)) > Limit.LINES_AT_ONCE.now:
        told = f"shows {crowd} lines at one time, more than {Limit.LINES_AT_ONCE.now}"
        raise InputError(told, file=singers.file, cure=f"leave some of them out, or {Limit.LINES_AT_ONCE.cure}")
    if changed := tamed(clean):
        singers.told(f"{changed} of its lines and styles ask for more than a frame can show, and are made smaller")
    return _checked(lines, singers), clean


_INFO = {"PlayResX", "PlayResY", "WrapStyle", "ScaledBorderAndShadow", "ScriptType", "Timer"}


def _freed(script: str, before: str, after: str) -> str:
    """An ASS event's text, tags and all, without the names that stood before its rows.

    Args:
        before, after: the plain text with them and without them, row by row.
    """
    rows = re.split(r"(\\[Nn])", script)
    for number, (named, free) in enumerate(zip(before.split("\n"), after.split("\n"), strict=True)):
        if named != free and 2 * number < len(rows):
            name = re.escape(named[: len(named) - len(free)])
            rows[2 * number] = re.sub(rf"^((?:{{[^}}]*}})*){name}", r"\1", rows[2 * number])
    return "".join(rows)


def _checked(lines: list[Line], singers: Singers) -> list[Line]:
    """The lines without those that are never seen.

    Raises: InputError for what cannot be sung.
    """
    path = singers.file
    check_count(len(lines), path)
    for line in lines:
        at = _place(line)
        check_length(line.text, at, path)
        if not line.start <= line.end <= MAX_MILLISECONDS:
            raise InputError(f"{at} ends at {line.end / 1000:.2f} s", file=path, cure="let it end after it begins")
        if line.start == line.end:
            singers.told(f"{at} ends where it begins and is left out: {shortened(line.text)}")
    kept = [line for line in lines if line.start < line.end]
    if not kept:
        raise InputError("holds no lines", file=path, cure="name a file with lyrics")
    return kept


def _sung(line: Line, singers: Singers) -> Line:
    """The line, with the names before it taken off.

    Raises: InputError for what is nearly a performer's name.
    """
    (begins, first), *others = line.words
    text, names = singers.before(first, _place(line))
    words = ((begins, text), *others) if text.strip() or not others else tuple(others)
    return replace(line, words=words, singers=names)


def _place(line: Line) -> str:
    """What messages call a line."""
    return f"the line at {line.start / 1000:.2f} s"


def shortened(text: str) -> str:
    """A line's text in a message."""
    text = " ".join(text.split())
    return repr(text if len(text) <= 40 else text[:37] + "...")
