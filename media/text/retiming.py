"""Lines of a lyrics file moved in time, or given to other singers: all else in the file stays as somebody wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from foundation.errors import InputError
from media.text.lrc import LAST_SECONDS, LINE, WORD, milliseconds, offset_of, parse_lrc
from media.text.singers import Singers

Span = tuple[int, int]
"""Characters of the file's text: the first, and the one behind the last."""
Edits = Iterator[tuple[Span, str]]
EVERYBODY = "All"
_CLOCK = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})([.,])(\d{1,3})")
_STAMP = re.compile(r"(.)\d+:\d+(?:([.:])(\d+))?(.)")
_TAG = re.compile(r"<[^<>\n]*>|\{[^{}\n]*\}")
_LEAD = re.compile(rf"(?:{_TAG.pattern}|\s)*")
_ROWS = re.compile(r"(\n|\\[Nn])")
_NEXT_NUMBER = re.compile(r"\n\s*\d+\s*$")
_FIELDS = re.compile(r"^\[Events\]\s*^Format:([^\r\n]*)", re.MULTILINE)
_EVENT = re.compile(r"^Dialogue:[ \t]*([^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Cue:
    """A line as a file has it. Times in milliseconds.

    Attributes:
        text: its words, names and markup left out.
        singers: who is named for it.
        begins: where its beginning is written.
        ends: where its end is; None: nowhere, so that the next line ends it, or ten seconds.
        words: where its text is, markup and all.
        name: where the field for its singer is, in ASS.
        within: where times of its words are, in LRC.
    """

    start: int
    end: int
    text: str
    singers: tuple[str, ...]
    begins: Span
    ends: Span | None
    words: Span
    name: Span | None = None
    within: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Change:
    """What becomes of a line. `start`, `end`: milliseconds. `singers`: None leaves them; (): nobody is named."""

    start: int
    end: int
    singers: tuple[str, ...] | None = None


def cues(text: str, kind: str, singers: Singers) -> list[Cue]:
    """The lines, in the order of their times.

    Args:
        kind: .srt, .lrc, .ass or .ssa.
    Raises: InputError for what is no such file.
    """
    if kind not in _READ:
        raise InputError("has no times", file=singers.file, cure=f"name a file that ends in {', '.join(_READ)}")
    return sorted(_READ[kind](text, singers), key=lambda cue: cue.start)


def changed(text: str, kind: str, number: int, change: Change, singers: Singers) -> str:
    """The text with line `number` of `cues` changed, as exactly as its format writes times.

    An LRC line ends with the next one at the latest, and after ten seconds.

    Raises: InputError if there is no such line, or it would end before it begins; as `cues`.
    """
    every = cues(text, kind, singers)
    if not 0 <= number < len(every) or not 0 <= change.start < change.end:
        raise InputError("a line must be there, and end after it begins", file=singers.file, cure="open it again")
    cue = every[number]
    edits = list(_moved_lrc(text, cue, change, every) if kind == ".lrc" else _moved(text, cue, change))
    if change.singers is not None:
        edits += _named(text, cue, change.singers, singers)
    for (first, stop), fresh in sorted(edits, reverse=True):
        text = text[:first] + fresh + text[stop:]
    return text


def _moved(text: str, cue: Cue, change: Change) -> Edits:
    for place, at in ((cue.begins, change.start), (cue.ends or cue.begins, change.end)):
        old = _CLOCK.match(text, *place)
        if old:
            seconds, part = at // 1000, f"{at % 1000:03d}"[: len(old[5])]
            yield place, f"{seconds // 3600:0{len(old[1])}d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{old[4]}{part}"


def _moved_lrc(text: str, cue: Cue, change: Change, every: Sequence[Cue]) -> Edits:
    def stamp(at: int, like: Span) -> str:
        """A time as it is written there."""
        old = _STAMP.fullmatch(text, *like)
        left, dot, part, right = (old[1], old[2] or ".", old[3] or "", old[4]) if old else ("[", ".", "", "]")
        return (
            f"{left}{at // 60000:02d}:{at // 1000 % 60:02d}{dot}{at % 1000:03d}"[: None if len(part) > 2 else -1]
            + right
        )

    offset = offset_of(text)
    yield cue.begins, stamp(change.start + offset, cue.begins)
    for place in cue.within:
        if place != cue.ends:
            yield place, stamp(max(0, milliseconds(text[slice(*place)]) + change.start - cue.start), place)
    later = [each.start for each in every if each is not cue and each.start > change.start]
    latest = min([change.start + 1000 * LAST_SECONDS, *later])
    end = min(change.end, latest)
    if cue.ends:
        yield cue.ends, stamp(end + offset, cue.ends)
    elif end < latest:
        line = "\r\n" if "\r\n" in text else "\n"
        yield (cue.words[1], cue.words[1]), line + stamp(end + offset, cue.begins)


def _named(text: str, cue: Cue, names: Sequence[str], singers: Singers) -> Edits:
    """Names before a line, in place of those that stand there."""
    everyone = len(names) > 1 and set(names) == set(singers.performers)
    written = EVERYBODY if everyone else " & ".join(names)
    if cue.name:
        yield cue.name, written
    prefix, at = f"{written}: " if names and not cue.name else "", cue.words[0]
    for row in _ROWS.split(text[slice(*cue.words)]):
        lead = _LEAD.match(row)
        first = lead.end() if lead else 0
        if row[first:] and not _ROWS.fullmatch(row):
            before = len(row) - first - len(_free(row[first:], singers)[0])
            yield (at + first, at + first + before), prefix
            prefix = ""
        at += len(row)


def _free(row: str, singers: Singers) -> tuple[str, tuple[str, ...]]:
    """A row without the names before it, and these; what is nearly a name is none yet."""
    try:
        return singers.before(row, "a line")
    except InputError:
        return row, ()


def _plain(text: str, singers: Singers) -> tuple[str, tuple[str, ...]]:
    """Words alone, and who sings them."""
    rows = [_free(_TAG.sub("", row).strip(), singers) for row in _ROWS.split(text)[::2]]
    shown = "\n".join(" ".join(row.split()) for row, _ in rows if row.strip())
    return shown, tuple(dict.fromkeys(name for _, names in rows for name in names))


def _rows(text: str) -> Iterator[Span]:
    at = 0
    for row in text.splitlines(keepends=True):
        yield at, at + len(row)
        at += len(row)


def _lrc(text: str, singers: Singers) -> Iterator[Cue]:
    """Lines with their stamps; a time alone that ends a line is where its end is written."""
    offset, found = offset_of(text), []
    for start, stop in _rows(text):
        row = text[start:stop]
        at, words = stop - len(row.lstrip()), (stop, start + len(row.rstrip()))
        stamps: list[Span] = []
        while stamp := LINE.match(text, at, stop):
            stamps.append(stamp.span())
            at = stop - len(text[stamp.end() : stop].lstrip())
        words = (min(at, words[1]), words[1])
        found += [(milliseconds(text[slice(*each)]) - offset, each, words, stamps[0]) for each in stamps]
    found.sort(key=lambda each: each[0])
    sung = [each for each in found if WORD.sub("", text[slice(*each[2])]).strip()]
    starts = {at for at, *_ in sung}
    alone = {at: stamp for at, stamp, words, _ in found if words[0] == words[1]}
    for (_, stamp_at, words, first), line in zip(sung, parse_lrc(text), strict=True):
        within = tuple(each.span() for each in WORD.finditer(text, *words)) if stamp_at == first else ()
        ends = within[-1] if within and within[-1][1] == words[1] else None
        if ends is None and line.end not in starts:
            ends = alone.get(line.end)
        shown, names = _plain(text[slice(*words)], singers)
        yield Cue(line.start, line.end, shown, names, stamp_at, ends, words, within=within)


def _srt(text: str, singers: Singers) -> Iterator[Cue]:
    """Lines below their two times."""
    heads = [(found, stop) for start, stop in _rows(text) if len(found := [*_CLOCK.finditer(text, start, stop)]) == 2]
    for n, ((first, last), stop) in enumerate(heads):
        body = text[stop : heads[n + 1][0][0].start() if n + 1 < len(heads) else len(text)]
        number = _NEXT_NUMBER.search("\n" + body) if n + 1 < len(heads) else None
        body = body[: max(0, number.start() - 1)] if number else body
        shown, names = _plain(body, singers)
        if shown:
            words = (stop + len(body) - len(body.lstrip()), stop + len(body.rstrip()))
            yield Cue(_of_clock(first[0]), _of_clock(last[0]), shown, names, first.span(), last.span(), words)


def _ass(text: str, singers: Singers) -> Iterator[Cue]:
    """Events that are shown, their fields in the order that the file tells."""
    told = _FIELDS.search(text)
    fields = [each.strip() for each in told[1].split(",")] if told else []
    if not {"Start", "End", "Name", "Text"} <= set(fields):
        raise InputError("does not tell its fields", file=singers.file, cure="save it again in a subtitle editor")
    for event in _EVENT.finditer(text):
        places, at = {}, event.start(1)
        for field, value in zip(fields, event[1].split(",", len(fields) - 1), strict=False):
            places[field] = (at, at + len(value))
            at += len(value) + 1
        begins, ends, name, words = (places.get(field, (0, 0)) for field in ("Start", "End", "Name", "Text"))
        shown, names = _plain(text[slice(*words)], singers)
        if shown:
            start, end = (_of_clock(text[slice(*place)]) for place in (begins, ends))
            by_name = singers.known(text[slice(*name)].strip())
            yield Cue(start, end, shown, by_name or names, begins, ends, words, name)


def _of_clock(text: str) -> int:
    """Milliseconds of H:MM:SS.cc or HH:MM:SS,mmm."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return 0
    hours, minutes, seconds = (int(found[n]) for n in (1, 2, 3))
    return (3600 * hours + 60 * minutes + seconds) * 1000 + int(found[5].ljust(3, "0"))


_READ: dict[str, Callable[[str, Singers], Iterator[Cue]]] = {".lrc": _lrc, ".srt": _srt, ".ass": _ass, ".ssa": _ass}
