"""Lyrics files (SRT, LRC, ASS), read as untrusted text: sizes bounded, nothing in them opened or run."""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pysubs2
from pysubs2.exceptions import Pysubs2Error

from foundation.errors import InputError
from media.files.checks import check_file
from media.text.lrc import parse_lrc

MAX_BYTES = 2_000_000
MAX_LINES = 20_000
MAX_CHARACTERS = 1000
MAX_MILLISECONDS = 24 * 3600 * 1000
FORMATS = (".srt", ".lrc", ".ass", ".ssa")
EVERYONE = ("all", "合")
"""Before a line, instead of names."""
_NAMED = re.compile(r"\s*([^:\uff1a\n]{1,200})[:\uff1a]\s*(.*)", re.DOTALL)  # \uff1a: the colon of Chinese text
_TOGETHER = re.compile(r"\s*(?:,|&|\+|、|和| and )\s*")


@dataclass(frozen=True)
class Line:
    """A line that is sung. Times in milliseconds.

    Attributes:
        words: (when it begins, its text); one, if words are not timed. singers: performers named before it.
    """

    start: int
    end: int
    words: tuple[tuple[int, str], ...]
    singers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(word for _, word in self.words)


def read_lyrics(path: Path, kind: str, performers: Sequence[str]) -> tuple[list[Line], pysubs2.SSAFile | None]:
    """The lines of a lyrics file in the order of their times.

    Who sings a line may stand before it, "name: text" or "name & name: text" ("all": everyone), in ASS also in the
    field Name. What stands before a colon and is no performer's name belongs to the text.

    Args:
        kind: one of FORMATS, what the file's name ends in. performers: their names.
    Returns:
        the lines; and of an ASS file the whole of it, its names taken out of the text, without attachments.
    Raises:
        InputError: no lyrics file, or a damaged, oversized or contradictory one.
    """
    if kind not in FORMATS:
        raise InputError("is no lyrics file", file=path, cure=f"name a file that ends in {', '.join(FORMATS)}")
    text = read_text(path)
    try:
        if kind == ".lrc":
            lines = [Line(line.start, line.end, line.words) for line in parse_lrc(text)]
            return _checked(path, [_sung(path, line, performers) for line in lines]), None
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
        lines = [_sung(path, line, performers) for line in lines if line.text.strip()]
        return _checked(path, sorted(lines, key=lambda line: line.start)), None
    return _from_ass(path, subtitles, performers)


def read_text(path: Path) -> str:
    """The text of a file of lyrics, at most MAX_BYTES of UTF-8.

    Raises: InputError if it is none.
    """
    check_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 10**6} MB", file=path, cure="name a file of lyrics")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", file=path, cure="save it as UTF-8 in a text editor") from None
    return re.sub(r"\n{3,}", "\n\n", text.replace("\0", ""))


def _from_ass(path: Path, subtitles: pysubs2.SSAFile, performers: Sequence[str]) -> tuple[list[Line], pysubs2.SSAFile]:
    """Lines of an ASS file, and the file freed of comments and of fonts and pictures that it brings along."""
    clean = pysubs2.SSAFile()
    clean.info = {key: value for key, value in subtitles.info.items() if key in _INFO}
    clean.styles = subtitles.styles
    lines = []
    for event in sorted((event for event in subtitles if not event.is_comment), key=lambda event: event.start):
        line = Line(event.start, event.end, ((event.start, event.plaintext),))
        told = _sung(path, line, performers)
        if event.name.strip() in performers:
            told = replace(told, singers=(event.name.strip(),))
        if told.text != line.text and event.text.startswith(prefix := line.text[: len(line.text) - len(told.text)]):
            event.text = event.text.removeprefix(prefix)
        clean.append(event)
        if told.text.strip():
            lines.append(told)
    return _checked(path, lines), clean


_INFO = {"PlayResX", "PlayResY", "WrapStyle", "ScaledBorderAndShadow", "ScriptType", "Timer"}


def _checked(path: Path, lines: list[Line]) -> list[Line]:
    if not lines:
        raise InputError("holds no lines", file=path, cure="name a file with lyrics")
    if len(lines) > MAX_LINES:
        raise InputError(f"holds {len(lines)} lines, more than {MAX_LINES}", file=path, cure="name a file of lyrics")
    for line in lines:
        at = f"the line at {line.start / 1000:.2f} s"
        if len(line.text) > MAX_CHARACTERS:
            cure = "break it into lines"
            raise InputError(f"{at} has {len(line.text)} characters, more than {MAX_CHARACTERS}", file=path, cure=cure)
        if not line.start < line.end <= MAX_MILLISECONDS:
            raise InputError(f"{at} ends at {line.end / 1000:.2f} s", file=path, cure="let it end after it begins")
    return lines


def _sung(path: Path, line: Line, performers: Sequence[str]) -> Line:
    """The line, with the names before it taken off.

    Raises: InputError for what is nearly a performer's name.
    """
    text, singers = singers_before(line.words[0][1], performers, path, f"the line at {line.start / 1000:.2f} s")
    if not singers:
        return line
    rest = ((line.words[0][0], text),) if text.strip() else ()
    return replace(line, words=rest + line.words[1:] or ((line.start, ""),), singers=singers)


def singers_before(text: str, performers: Sequence[str], path: Path, where: str) -> tuple[str, tuple[str, ...]]:
    """A line without the names before it, and who they are; () where none of `performers` is named.

    Args:
        where: which line of the file it is, for the message.
    Raises: InputError for what is nearly a performer's name.
    """
    named = _NAMED.fullmatch(text)
    if named is None:
        return text, ()
    known, written = set(performers), _TOGETHER.split(named[1].strip())
    if named[1].strip() in known:
        return named[2], (named[1].strip(),)
    if len(written) == 1 and written[0].lower() in EVERYONE:
        return named[2], tuple(performers)
    if known.issuperset(written):
        return named[2], tuple(dict.fromkeys(written))
    close = difflib.get_close_matches(written[0], performers, n=1, cutoff=0.8)
    if close and " " not in written[0].replace(close[0], ""):
        told = f"{where} is sung by {written[0]!r}, who is no performer"
        raise InputError(told, file=path, cure=f"did you mean {close[0]}? (performers: {', '.join(performers)})")
    return text, ()
