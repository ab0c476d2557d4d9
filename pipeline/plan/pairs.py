"""A batch's table of pairs, a CSV file as spreadsheets write it: commas, semicolons or tabs, heads in any case."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from foundation.errors import InputError, ManifestError
from foundation.face_choice import FaceChoice
from foundation.limits import Limit
from foundation.reading import why
from foundation.timecode import Moment
from media.files.checks import check_file
from pipeline.manifest.fields import FaceSelect, Place

NEEDED = ("portrait", "driving")
OPTIONAL = ("name", "song", "lyrics", "start", "end", "face")
DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""How some spreadsheets say in a first line what stands between their columns."""
_FACE: TypeAdapter[FaceChoice] = TypeAdapter(FaceSelect)
_PLACE: TypeAdapter[Moment] = TypeAdapter(Place)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A line of the table; None where it says nothing.

    Attributes:
        portrait, driving: files.
        name: the item's.
        song: of the video, instead of the clip's sound.
        lyrics: a file.
        start, end: of the clip.
        face: of the portrait.
    """

    portrait: str
    driving: str
    name: str | None = None
    song: str | None = None
    lyrics: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    face: FaceChoice | None = None


def read_pairs(path: Path) -> tuple[list[Pair], list[str]]:
    """The lines of a table, empty ones left out; and notices about columns that mean nothing here.

    Raises: InputError if it cannot be read; ManifestError for a line or a head that cannot be used.
    """
    check_file(path)
    if path.stat().st_size > Limit.PAIRS_BYTES.now:
        cure = f"split it, or {Limit.PAIRS_BYTES.cure}"
        raise ManifestError("is too large for a list of pairs", file=path, cure=cure)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(why(error), file=path, cure="correct batch.pairs") from error
    except UnicodeDecodeError as error:
        raise InputError("is not text in UTF-8", file=path, cure="save it as CSV in UTF-8") from error
    delimiter, skipped = _delimiter(text)
    rows = csv.reader(io.StringIO(text[skipped:], newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        heads = [head.strip().casefold() for head in next((row for row in rows if any(map(str.strip, row))), [])]
        _check_heads(heads, path)
        before = 1 if skipped else 0
        pairs = [_pair(heads, row, rows.line_num + before, path) for row in rows if any(map(str.strip, row))]
    except csv.Error as error:
        raise ManifestError(f"line {rows.line_num}: {error}", file=path, cure="save it as CSV") from error
    if not pairs:
        raise ManifestError("names no pair", file=path, cure="write a line for each video")
    unknown = [head for head in heads if head and head not in NEEDED + OPTIONAL]
    return pairs, [f"{path.name}: the columns {', '.join(unknown)} mean nothing here"] if unknown else []


def _delimiter(text: str) -> tuple[str, int]:
    """What stands between columns, and how many characters at the beginning say so."""
    if told := _SEPARATOR.match(text):
        return told[1], told.end()
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=head.count), 0


def _check_heads(heads: list[str], path: Path) -> None:
    """Raises: ManifestError if a column is missing, or there twice."""
    named = [head for head in heads if head]
    if set(NEEDED) - set(named) or len(set(named)) < len(named):
        cure = f"write a first line: portrait,driving and, where wanted, {', '.join(OPTIONAL)}"
        raise ManifestError(f"its columns are {', '.join(named) or 'none'}", file=path, cure=cure)


def _pair(heads: list[str], row: list[str], line: int, path: Path) -> Pair:
    cells = dict(zip(heads, (cell.strip() for cell in row), strict=False))
    if not all(cells.get(head) for head in NEEDED) or any(map(str.strip, row[len(heads) :])):
        raise ManifestError(f"line {line}: a portrait and a clip are needed", file=path, cure="complete that line")
    try:
        return Pair(
            **{head: cells.get(head) or None for head in ("name", "song", "lyrics")},
            portrait=cells["portrait"],
            driving=cells["driving"],
            start=_place(cells, "start"),
            end=_place(cells, "end"),
            face=_face(cells),
        )
    except ValidationError as error:
        told = str(error.errors()[0].get("ctx", {}).get("error", error.errors()[0]["msg"]))
        raise ManifestError(f"line {line}: {told}", file=path, cure="correct that line") from error


def _place(cells: Mapping[str, str], head: str) -> Moment | None:
    """Some spreadsheets write a comma before decimals."""
    written = cells.get(head)
    return _PLACE.validate_python(written.replace(",", ".")) if written else None


def _face(cells: Mapping[str, str]) -> FaceChoice | None:
    """largest, leftmost, rightmost, a number from 0, or a place: 120 80."""
    written = cells.get("face", "")
    numbers = re.findall(r"\d{1,6}", written) if re.fullmatch(r"[\d\s,;x]+", written) else []
    if len(numbers) == 1:
        return _FACE.validate_python({"index": int(numbers[0])})
    if len(numbers) == 2:
        return _FACE.validate_python({"at": [int(number) for number in numbers]})
    return _FACE.validate_python(written) if written else None
