"""A version's notes and marks for other programs, and its scenes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from urllib.parse import quote

from foundation.codec import Json
from foundation.timecode import timecode_of
from pipeline.desk.marks import Mark
from pipeline.desk.notes import Note

Row = dict[str, object]


@dataclass(frozen=True)
class Exported:
    """Everything that goes out of a version. `scenes`: start, stop and text, in frames; a gap has no text."""

    title: str
    version: int
    status: str
    fps: Fraction
    frames: int
    notes: list[Note]
    marks: list[Mark]
    video: str
    scenes: list[Json]

    @property
    def rows(self) -> list[Row]:
        """Notes and marks alike, in the order of their frames."""
        told = [self._row(one.frame, (one.last or one.frame) + 1, "note", one.text) | _of(one) for one in self.notes]
        told += [self._row(one.start, one.stop, one.kind, one.text) for one in self.marks]
        return sorted(told, key=lambda row: int(str(row["frame"])))

    def _row(self, start: int, stop: int, kind: str, text: str) -> Row:
        place = {"frame": start, "last_frame": stop - 1, "timecode": timecode_of(start, self.fps)}
        return {**place, "kind": kind, "text": text, "state": "", "author": "", "region": None, "made": ""}


def _of(note: Note) -> Row:
    return {"state": note.state, "author": note.author, "region": note.region, "made": note.made}


def as_json(told: Exported) -> str:
    """Notes as they are kept, marks as they are found."""
    about: Json = {"title": told.title, "version": told.version, "status": told.status, "fps": str(told.fps)}
    notes, marks = [note.model_dump() for note in told.notes], [asdict(mark) for mark in told.marks]
    return json.dumps(about | {"frames": told.frames, "notes": notes, "marks": marks}, ensure_ascii=False, indent=1)


def as_csv(told: Exported) -> str:
    """A table for spreadsheets; text that one would compute gets a ' before it."""
    file = io.StringIO()
    writer = csv.writer(file)
    rows = told.rows
    writer.writerow(told._row(0, 1, "", ""))
    for row in rows:
        writer.writerow(_cell(value) for value in row.values())
    return file.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{part:.4f}" for part in value)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_edl(told: Exported) -> str:
    """CMX 3600, an event a note or mark, each with a locator, as editing programs read them."""
    drop = ";" in timecode_of(0, told.fps)
    lines = [f"TITLE: {_plain(told.title)}", f"FCM: {'DROP' if drop else 'NON-DROP'} FRAME", ""]
    for number, row in enumerate(told.rows[:999], 1):
        start, stop = (
            timecode_of(int(str(row[name])) + more, told.fps) for name, more in (("frame", 0), ("last_frame", 1))
        )
        color = _color(row)
        lines.append(f"{number:03d}  AX       V     C        {start} {stop} {start} {stop}")
        lines += [f"* LOC: {start} {color:7} {_plain(str(row['text']))}", ""]
    return "\r\n".join(lines)


def as_otio(told: Exported) -> str:
    """OpenTimelineIO: a clip of the video for every scene, a gap where there is none; notes and marks as markers.

    Its schemas since version 0.15: Timeline.1, Stack.1, Track.1, Clip.2, Gap.1, Marker.2.
    """
    scenes = told.scenes or [{"start": 0, "stop": told.frames, "text": told.title}]
    shown: Row = {"source_range": None, "enabled": True, "effects": [], "markers": []}
    children = []
    for number, scene in enumerate(scenes, 1):
        one = _schema("Clip.2" if scene["text"] else "Gap.1", f"{number} {scene['text']}".strip()) | shown
        one["source_range"] = _range(scene["start"], scene["stop"], told.fps)
        if scene["text"]:
            file = _schema("ExternalReference.1", told.video)
            file |= {"target_url": quote(told.video), "available_range": _range(0, told.frames, told.fps)}
            one |= {"media_references": {"DEFAULT_MEDIA": file}, "active_media_reference_key": "DEFAULT_MEDIA"}
        children.append(one)
    track = _schema("Track.1", "Scenes") | shown | {"kind": "Video", "children": children}
    markers = [_marker(row, told.fps) for row in told.rows]
    stack = _schema("Stack.1", "tracks") | shown | {"markers": markers, "children": [track]}
    timeline = _schema("Timeline.1", f"{told.title}, version {told.version}", status=told.status)
    return json.dumps(timeline | {"global_start_time": None, "tracks": stack}, ensure_ascii=False, indent=1)


def _marker(row: Row, fps: Fraction) -> Row:
    about = {name: row[name] for name in ("kind", "state", "author", "region", "made")}
    first, last = (int(str(row[name])) for name in ("frame", "last_frame"))
    marker = _schema("Marker.2", _plain(str(row["text"])), **about)
    return marker | {"marked_range": _range(first, last + 1, fps), "comment": row["text"], "color": _color(row)}


def _schema(name: str, called: str, **about: object) -> Row:
    return {"OTIO_SCHEMA": name, "name": called, "metadata": {"duet": about} if about else {}}


def _range(start: int, stop: int, fps: Fraction) -> Row:
    def time(value: int) -> Row:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(fps), "value": float(value)}

    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(stop - start)}


def _color(row: Row) -> str:
    """What editing programs call it."""
    return {"note": "CYAN", "bad": "RED"}.get(str(row["kind"]), "YELLOW")


def _plain(text: str) -> str:
    """One line, as the format has no other."""
    return " ".join(text.split())[:200]


@dataclass(frozen=True)
class Form:
    """How something is exported."""

    media_type: str
    write: Callable[[Exported], str]


FORMS = {
    "json": Form("application/json", as_json),
    "csv": Form("text/csv; charset=utf-8", as_csv),
    "edl": Form("text/plain; charset=utf-8", as_edl),
    "otio": Form("application/json", as_otio),
}
