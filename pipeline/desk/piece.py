"""What is sung, as far as a manifest says it that need not be complete yet: the song, its words, who performs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fastapi import HTTPException
from pydantic import TypeAdapter, ValidationError

from foundation.codec import Json
from foundation.errors import DuetError
from foundation.yaml_text import YamlError, parse_yaml
from media.text.lyrics import FORMATS, read_lyrics
from pipeline.desk.folder import Folder
from pipeline.desk.media import NO_FILES, Media
from pipeline.manifest.parts.sound import Audio, AudioField
from pipeline.manifest.parts.words import Lyrics, LyricsField

PORTRAIT_SIDE = 1600
"""Pixels of a portrait, at most."""
_AUDIO: TypeAdapter[Audio] = TypeAdapter(AudioField)
_LYRICS: TypeAdapter[Lyrics] = TypeAdapter(LyricsField)
PartT = TypeVar("PartT")


@dataclass(frozen=True)
class Piece:
    """What is sung, as far as a manifest that need not be complete yet says it.

    Attributes:
        data: what the manifest holds.
        song: the file; None: it names none.
        begins: when the song's own beginning is, seconds of the picture.
    """

    media: Media
    data: Json
    song: str | None
    seconds: float
    begins: float

    @staticmethod
    def of(folder: Folder, name: str) -> Piece:
        """Raises: HTTPException 404 if there is no such manifest."""
        path = folder.manifest(name)
        media = Media(folder, path.parent)
        try:
            data = parse_yaml(path.read_text(encoding="utf-8-sig"))
        except (YamlError, UnicodeDecodeError):
            data = None
        data = data if isinstance(data, dict) else {}
        audio = _valid(_AUDIO, data.get("audio")) or Audio()
        begins = float(audio.offset) - (float(audio.trim.start) if audio.trim else 0.0)
        try:
            seconds = float(media.about(audio.source).get("seconds", 0)) if audio.source not in NO_FILES else 0.0
        except (DuetError, HTTPException):
            seconds = 0.0
        return Piece(media, data, audio.source if seconds else None, seconds, begins)

    def performers(self) -> dict[str, Json]:
        found = self.data.get("performers")
        return (
            {str(who): each for who, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}
        )

    def portrait(self, who: str) -> bytes:
        """A JPEG of who performs. Raises: HTTPException 404 if there is none."""
        written = self.performers().get(who, {}).get("portrait")
        at = written.get("at", 0) if isinstance(written, dict) else 0
        file = written.get("frame_of") if isinstance(written, dict) else written
        if not isinstance(file, str):
            raise HTTPException(404, f"{who} has no portrait yet")
        return self.media.still(file, float(at) if isinstance(at, int | float) else 0.0, PORTRAIT_SIDE)

    def words(self) -> list[Json]:
        """The lines, in seconds of the song; none where there is no file of them that can be read."""
        lyrics = _valid(_LYRICS, self.data.get("lyrics"))
        if lyrics is None or Path(lyrics.file).suffix.lower() not in FORMATS:
            return []
        later = float(lyrics.offset) - self.begins
        try:
            path = self.media.find(lyrics.file)
            lines, _ = read_lyrics(path, path.suffix.lower(), list(self.performers()))
        except (DuetError, HTTPException):
            return []
        return [
            {
                "start": line.start / 1000 + later,
                "end": line.end / 1000 + later,
                "singers": line.singers,
                "words": [[at / 1000 + later, text] for at, text in line.words],
            }
            for line in lines
        ]


def video_of(driving: Json) -> str | None:
    """The clip that a manifest says is followed."""
    found = driving.get("video") if isinstance(driving, dict) else driving
    return found if isinstance(found, str) else None


def _valid(kind: TypeAdapter[PartT], value: Json) -> PartT | None:
    """A part of a manifest; None where it is not there, or wrong."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None
