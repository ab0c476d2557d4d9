"""The lyrics of a manifest while people move their lines: read, changed in one place, written back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from foundation.atomic import make_folder, temporary_name, to_disk, write_error
from foundation.codec import Json
from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError
from foundation.limits import Limit
from media.samples import SAMPLE
from media.text.lyrics import FORMATS, as_written, lyrics_in
from media.text.retiming import Change, changed, cues
from media.text.singers import Singers
from pipeline.desk import saving
from pipeline.desk.drafts import MOST_WRITTEN
from pipeline.desk.media import TAKEN, Media, put

Seconds = Annotated[float, Field(ge=0, le=86400)]
Text = Annotated[str, Field(max_length=MOST_WRITTEN)]
Names = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=64)]


class Moved(BaseModel):
    """A line, by its number in the order of times, and where it is from now on, in the file's own seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: Annotated[int, Field(ge=0)]
    start: Seconds
    end: Seconds
    singers: Names | None = None


class Asked(BaseModel):
    """A file of lyrics, as its manifest names it; `text`: what is written so far, None: what the file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    performers: Names
    text: Text | None = None
    change: Moved | None = None


class Written(BaseModel):
    """A text that takes the place of a file's; `digest`: of what it was written from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    text: Text
    digest: str


class Begun(BaseModel):
    """Words that have no times yet, a line a line, and the seconds that they are spread over."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: Text
    seconds: Annotated[float, Field(gt=0, le=86400)]


def told(media: Media, asked: Asked) -> Json:
    """The lines of a text, changed as it is asked; what is wrong with it, if something is.

    Raises: HTTPException 404 if the file is not in the folder; InputError if it cannot be changed.
    """
    path = _lyrics(media, asked.file)
    text = as_written(path) if asked.text is None else asked.text
    kind, singers = path.suffix.lower(), Singers(asked.performers, path)
    try:
        if asked.change:
            wish = asked.change
            names = None if wish.singers is None else tuple(wish.singers)
            change = Change(round(1000 * wish.start), round(1000 * wish.end), names)
            text = changed(text, kind, wish.number, change, singers)
        found = cues(text, kind, singers)
    except InputError as error:
        error.file = asked.file
        raise
    mistake = None
    try:
        lyrics_in(text, kind, singers)
    except InputError as error:
        mistake = f"{error.problem} ({error.cure})"
    lines = [{key: asdict(cue)[key] for key in ("start", "end", "text", "singers")} for cue in found]
    return {"text": text, "digest": digest_of(path), "lines": lines, "mistake": mistake}


def save(media: Media, written: Written) -> Json:
    """Write a text into its file.

    Raises: HTTPException 404 if that is not in the folder, 409 if somebody else changed it meanwhile.
    """
    return saving.save(_lyrics(media, written.file), written.text, written.digest)


def begin(media: Media, name: str, begun: Begun) -> str:
    """Words as an LRC file, their lines spread evenly; its path, as the manifest writes it.

    Raises: ManifestError for no words, or too many; StageError if it cannot be written.
    """
    lines = [" ".join(line.split()) for line in begun.text.splitlines() if line.strip()]
    if not 0 < len(lines) <= Limit.LYRICS_LINES.now:
        raise ManifestError("there are no words, or too many", cure="write the song's words, a line a line")
    target = media.place(TAKEN) / f"{name}.lrc"
    make_folder(target.parent)
    each = begun.seconds / len(lines)
    stamps = (divmod(round(100 * n * each), 6000) for n in range(len(lines)))
    rows = [f"[{m:02d}:{c // 100:02d}.{c % 100:02d}]{line}\n" for (m, c), line in zip(stamps, lines, strict=True)]
    temporary = temporary_name(target)
    try:
        temporary.write_text("".join(rows), encoding="utf-8")
        to_disk(temporary)
        return put(temporary, target).relative_to(media.home).as_posix()
    except OSError as problem:
        raise write_error(problem, target) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _lyrics(media: Media, written: str) -> Path:
    path = media.find(written)
    if written.startswith(SAMPLE) or path.suffix.lower() not in FORMATS:
        raise HTTPException(404, f"{written!r} is no file of lyrics in this folder")
    return path
