"""Takes that are recorded in the desk: kept beside their manifest, with where the song lies in them."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from foundation.atomic import make_folder, replacing
from foundation.errors import DuetError, InputError, ManifestError
from foundation.plain_files import read_plain
from media.ffmpeg import argv
from media.ffmpeg.run import run_ffmpeg
from media.sound.alike import heard_at
from media.video.probe import probe
from pipeline.desk.media import TAKEN, Media, received

PLACE = f"{TAKEN}/takes"
MOST_TAKES = 500
LONGEST_LEAD = 60
CONTAINERS = {"video/webm": "webm", "video/x-matroska": "mkv", "video/mp4": "mp4"}
"""By what a browser says of its recording."""
REACH = 0.5
"""Seconds around the place that the clocks tell, in which the song is looked for in the take's sound."""
_ONE_AT_A_TIME = threading.Lock()
"""Two takes must not get one name, and where a song lies takes much memory to find."""
Name = Annotated[str, Field(max_length=64, pattern=r"^[^/\\\x00]+$")]
Lead = Annotated[float, Field(ge=0, le=LONGEST_LEAD)]


class Take(BaseModel):
    """A recording.

    Attributes:
        manifest: the file's name of whose it is.
        who: the performer.
        file: as the manifest writes it.
        song: likewise, what was sung to.
        told: when the song begins, seconds on the take's clock, by the clocks of the browser.
        heard: the same by the take's own sound; None where that does not tell.
        seconds: how long it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    manifest: str
    who: Name
    file: str
    song: str
    told: Lead
    heard: Annotated[float, Field(ge=-LONGEST_LEAD, le=2 * LONGEST_LEAD)] | None = None
    seconds: Annotated[float, Field(gt=0)]

    @property
    def lead(self) -> float:
        """When the song begins, seconds on the take's clock."""
        return self.told if self.heard is None or self.heard < 0 else self.heard


@dataclass(frozen=True)
class Recorded:
    """What a page says of a recording: `kind`, its MIME type; the rest as in Take."""

    who: str
    song: str
    told: float
    kind: str


@dataclass(frozen=True)
class Takes:
    """Of one manifest. `name`: its file's, without folders."""

    media: Media
    name: str

    @property
    def folder(self) -> Path:
        """Raises: ManifestError if it leads elsewhere."""
        return self.media.place(PLACE)

    def all(self) -> list[Take]:
        """The oldest first; what is damaged, or no file, is left out."""
        found = []
        for about in sorted(self.folder.glob("*.json"))[: 2 * MOST_TAKES]:
            take = _read(about)
            if take is not None and take.manifest == self.name and (self.media.home / take.file).is_file():
                found.append(take)
        return found

    async def keep(self, recorded: Recorded, parts: AsyncIterator[bytes]) -> Take:
        """Keep a recording that comes in, whole or not at all.

        Raises:
            ManifestError: it is of a kind that no take is; InputError: it shows nothing; StageError: it cannot be kept.
            HTTPException: 404 if the song is not in the folder.
        """
        container = CONTAINERS.get(recorded.kind.partition(";")[0].strip().lower())
        if container is None:
            raise ManifestError(f"{recorded.kind!r} is no recording", cure="record in another browser")
        song = self.media.find(recorded.song)
        place = self.folder
        make_folder(place)
        async with received(parts, place / f"take.{container}") as raw:
            return await run_in_threadpool(self._put, raw, container, recorded, song)

    def remove(self, file: str) -> None:
        """Raises: HTTPException 404 if there is no such take."""
        take = next((take for take in self.all() if take.file == file), None)
        if take is None:
            raise HTTPException(404, f"{file!r} is no take of this manifest")
        path = self.folder / Path(take.file).name
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _put(self, raw: Path, container: str, recorded: Recorded, song: Path) -> Take:
        """Give it an index, which browsers' recordings lack, its name and its place to the song."""
        info = probe(raw)
        if info.video is None:
            raise InputError("the recording shows nothing", cure="let the browser use the camera, and record again")
        tracks = [argv.Track(raw)] if info.audio else []
        with _ONE_AT_A_TIME:
            path = self._free(recorded.who, container)
            with replacing(path, durable=True) as made:
                run_ffmpeg(argv.mux(made, container=container, video=raw, tracks=tracks), file=path)
                take = Take(
                    manifest=self.name,
                    who=recorded.who,
                    file=f"{PLACE}/{path.name}",
                    song=recorded.song,
                    told=recorded.told,
                    heard=_heard(song, made, recorded.told) if info.audio else None,
                    seconds=float(probe(made).duration),
                )
                with replacing(path.with_suffix(".json"), durable=True) as about:
                    about.write_text(take.model_dump_json(indent=1) + "\n", encoding="utf-8")
        return take

    def _free(self, who: str, container: str) -> Path:
        stem = re.sub(r"[^\w-]", "_", f"{Path(self.name).stem}-{who}")
        for number in range(1, MOST_TAKES + 1):
            path = self.folder / f"{stem}-{number:03d}.{container}"
            if not any(path.with_suffix(f".{one}").exists() for one in (*CONTAINERS.values(), "json")):
                return path
        raise ManifestError(f"there are {MOST_TAKES} takes already", cure="remove some")


def driving(take: Take, offset: float, song_seconds: float) -> dict[str, str | float]:
    """What a manifest says to follow a take.

    Args:
        offset: how much later than the picture the song's own beginning is, seconds.
        song_seconds: how long the song is.
    """
    told: dict[str, str | float] = {"video": take.file, "start": round(max(0.0, take.lead - offset), 3)}
    end = take.lead + song_seconds
    return told if end >= take.seconds else told | {"end": round(end, 3)}


def _heard(song: Path, take: Path, told: float) -> float | None:
    """When the song begins in a take's sound; None where that does not tell, or cannot be read."""
    try:
        return heard_at(song, take, told, REACH)
    except DuetError:
        return None


def _read(path: Path) -> Take | None:
    """What is told of the recording beside it; None of what is damaged, or tells of another file."""
    try:
        take = Take.model_validate_json(read_plain(path.parent, path.name))
    except (OSError, ValidationError, ValueError):
        return None
    return take if take.file in [f"{PLACE}/{path.stem}.{one}" for one in CONTAINERS.values()] else None
