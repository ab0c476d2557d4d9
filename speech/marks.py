"""A song's words and phones in time, as files: LRC with word times, SRT, ASS karaoke, and Praat's TextGrid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pysubs2

from foundation.atomic import replacing
from foundation.errors import InputError
from media.text.captions import TRUE_COLORS, escaped
from speech.alignment import AlignedLine, Alignment
from speech.timing import sequence

FRAME_SIZE = (1280, 720)
"""Of the picture that an ASS script is laid out for; players scale it."""
_Marks = list[tuple[float, float, str]]


def write_marks(alignment: Alignment, path: Path, seconds: float) -> None:
    """Write the file; its ending says which kind.

    Args:
        seconds: how long the sound is.
    Raises: InputError for another ending, StageError if it cannot be written.
    """
    text = writer_of(path)(alignment, seconds)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def writer_of(path: Path) -> Callable[[Alignment, float], str]:
    """What makes the text of a file of that ending.

    Raises: InputError for an ending that is none of WRITERS.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(
            "is no kind of file that times are written as", file=path, cure=f"end it in {', '.join(WRITERS)}"
        )
    return writer


def as_lrc(alignment: Alignment, seconds: float = 0.0) -> str:
    """Enhanced LRC: a time before each line and each word, and one where the line ends."""
    rows = []
    for line in alignment.lines:
        words = "".join(f"<{_minutes(word.start)}>{word.shown}" for word in line.words)
        rows.append(f"[{_minutes(line.start)}]{_named(line)}{words}<{_minutes(line.end)}>")
    return "\n".join(rows) + "\n"


def _srt(alignment: Alignment, seconds: float) -> str:
    return _subtitles(alignment, lambda line: line.line.text).to_string("srt")


def _ass(alignment: Alignment, seconds: float) -> str:
    """Words fill with colour as they are sung (the tag kf, hundredths of a second)."""

    def karaoke(line: AlignedLine) -> str:
        edges = [round(100 * (word.start - line.start)) for word in line.words]
        edges.append(round(100 * (line.end - line.start)))
        lengths = [right - left for left, right in pairwise(edges)]
        return "".join(
            rf"{{\kf{max(0, length)}}}{escaped(word.shown)}" for length, word in zip(lengths, line.words, strict=True)
        )

    made = _subtitles(alignment, karaoke)
    made.info |= {"PlayResX": str(FRAME_SIZE[0]), "PlayResY": str(FRAME_SIZE[1]), **TRUE_COLORS}
    return made.to_string("ass")


def _subtitles(alignment: Alignment, text: Callable[[AlignedLine], str]) -> pysubs2.SSAFile:
    made = pysubs2.SSAFile()
    for line in alignment.lines:
        start, end = (round(1000 * at) for at in (line.start, line.end))
        made.append(pysubs2.SSAEvent(start, max(end, start + 1), _named(line) + text(line)))
    return made


def _textgrid(alignment: Alignment, seconds: float) -> str:
    """Tiers of lines, words and phones, each covering the whole sound (Praat's long text format)."""
    lines = [(line.start, line.end, line.line.text) for line in alignment.lines]
    words = [(word.start, word.end, word.shown.strip()) for line in alignment.lines for word in line.words]
    phones = [(phone.start, phone.end, phone.name) for phone in sequence([line.phones for line in alignment.lines])]
    tiers = {"lines": _filled(lines, seconds), "words": _filled(words, seconds), "phones": _filled(phones, seconds)}
    rows = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {seconds:.3f}"]
    rows += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, marks) in enumerate(tiers.items(), 1):
        rows += [f"    item [{number}]:", '        class = "IntervalTier"', f'        name = "{name}"']
        rows += ["        xmin = 0", f"        xmax = {seconds:.3f}", f"        intervals: size = {len(marks)}"]
        for place, (start, end, label) in enumerate(marks, 1):
            quoted = label.replace('"', '""')
            rows += [
                f"        intervals [{place}]:",
                f"            xmin = {start:.3f}",
                f"            xmax = {end:.3f}",
            ]
            rows.append(f'            text = "{quoted}"')
    return "\n".join(rows) + "\n"


def _filled(marks: Iterable[tuple[float, float, str]], seconds: float) -> _Marks:
    """The marks in order, none over another, empty ones between them: a tier has no holes. To the millisecond."""
    made: _Marks = []
    at = 0.0
    for start, end, label in sorted(marks):
        left, right = max(round(start, 3), at), min(round(end, 3), round(seconds, 3))
        if right <= left:
            continue
        if left > at:
            made.append((at, left, ""))
        made.append((left, right, label))
        at = right
    return [*made, (at, round(seconds, 3), "")] if at < round(seconds, 3) else made


def _named(line: AlignedLine) -> str:
    return f"{' & '.join(line.line.singers)}: " if line.line.singers else ""


def _minutes(seconds: float) -> str:
    hundredths = round(100 * seconds)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


WRITERS: dict[str, Callable[[Alignment, float], str]] = {
    ".lrc": as_lrc,
    ".srt": _srt,
    ".ass": _ass,
    ".textgrid": _textgrid,
}


def table(lines: Sequence[AlignedLine]) -> list[str]:
    """A row a line for a person: when, how surely, how it was found, its words."""
    rows = []
    for line in lines:
        rows.append(f"{line.start:8.2f} {line.end:8.2f}  {line.confidence:4.2f}  {line.how.value:21}  {line.line.text}")
    return rows
