"""What the timeline of a manifest is drawn from, and is heard: sounds, and the lines of lyrics."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse

from foundation.codec import Json
from media.sound.peaks import peaks
from pipeline.desk import lyrics
from pipeline.desk.folder import Folder
from pipeline.desk.media import Media, kind_of

HEARD = ("sound", "video")


def router(folder: Folder) -> APIRouter:
    """Its addresses."""
    pages = APIRouter()

    def media(name: str) -> Media:
        return Media(folder, folder.manifest(name).parent)

    @pages.get("/peaks/{name:path}")
    def drawn(name: str, file: str, track: Annotated[int | None, Query(ge=1, le=1000)] = None) -> Json:
        """How loud a file is: `values` from 0 to 255, one every `step` seconds; none of a file without sound."""
        path = media(name).find(file)
        return {"seconds": media(name).about(file).get("seconds", 0)} | _peaks(path, path.stat().st_mtime_ns, track)

    @pages.get("/heard/{name:path}")
    def heard(name: str, file: str) -> FileResponse:
        """A sound, or a video for its sound, as it is."""
        path = media(name).find(file)
        if kind_of(path.name) not in HEARD:
            raise HTTPException(404, f"{file!r} is no sound")
        return FileResponse(path, media_type=mimetypes.guess_type(path.name)[0])

    @pages.post("/lyrics/{name:path}")
    def lines(name: str, asked: lyrics.Asked) -> Json:
        return lyrics.told(media(name), asked)

    @pages.put("/lyrics/{name:path}")
    def save(name: str, written: lyrics.Written) -> Json:
        return lyrics.save(media(name), written)

    @pages.post("/words/{name:path}", status_code=201)
    def begin(name: str, begun: lyrics.Begun) -> Json:
        """Words without times become a file of lyrics."""
        return {"path": lyrics.begin(media(name), Path(name).stem, begun)}

    return pages


@lru_cache(maxsize=32)
def _peaks(path: Path, changed: int, track: int | None) -> dict[str, float | list[int]]:
    found = peaks(path, track)
    return {"step": float(found.step), "values": found.values.tolist()}
