"""A take is recorded here: the song, its words, the camera, and the portrait that moves along."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from foundation.codec import Json
from pipeline.desk.drawing import draw
from pipeline.desk.folder import Folder
from pipeline.desk.media import Media
from pipeline.desk.mirror import Mirror, Mirrors
from pipeline.desk.piece import Piece, video_of
from pipeline.desk.takes import LONGEST_LEAD, Name, Recorded, Takes, driving

Who = Annotated[Name, Query()]


def router(folder: Folder, mirrors: Mirrors) -> APIRouter:
    """Its addresses."""
    pages = APIRouter()

    def takes(name: str) -> Takes:
        path = folder.manifest(name)
        return Takes(Media(folder, path.parent), path.name)

    @pages.get("/take/{name:path}")
    def page(request: Request, name: str) -> HTMLResponse:
        folder.manifest(name)
        return draw(request, "take.html", name=name)

    @pages.get("/takes/{name:path}")
    def listed(name: str) -> Json:
        piece = Piece.of(folder, name)
        chosen = {who: video_of(each.get("driving")) for who, each in piece.performers().items()}
        kept = [
            take.model_dump()
            | {"lead": take.lead, "driving": driving(take, piece.begins, piece.seconds)}
            | {"chosen": chosen.get(take.who) == take.file}
            for take in takes(name).all()
        ]
        about = {"song": piece.song, "seconds": piece.seconds, "words": piece.words()}
        return about | {"performers": list(piece.performers()), "takes": kept, "most": LONGEST_LEAD}

    @pages.post("/takes/{name:path}", status_code=201)
    async def keep(
        request: Request, name: str, who: Who, song: str, told: Annotated[float, Query(ge=0, le=LONGEST_LEAD)]
    ) -> Json:
        if who not in Piece.of(folder, name).performers():
            raise HTTPException(404, f"{name} has no performer {who!r}")
        recorded = Recorded(who, song, told, request.headers.get("content-type", ""))
        take = await takes(name).keep(recorded, request.stream())
        return take.model_dump()

    @pages.delete("/takes/{name:path}", status_code=204)
    def remove(name: str, file: str) -> None:
        if any(video_of(each.get("driving")) == file for each in Piece.of(folder, name).performers().values()):
            raise HTTPException(409, "this take is the chosen one: choose another first")
        takes(name).remove(file)

    _add_mirror(pages, folder, mirrors)
    return pages


def _add_mirror(pages: APIRouter, folder: Folder, mirrors: Mirrors) -> None:
    """The addresses of the portrait that moves along."""

    @pages.post("/mirrors/{name:path}", status_code=201)
    def begin(name: str, who: Who) -> Json:
        return {"key": mirrors.begin(Piece.of(folder, name).portrait(who)).key}

    @pages.post("/mirror/{key}")
    async def frame(request: Request, key: str) -> Response:
        mirror: Mirror = mirrors.get(key)
        answer = await run_in_threadpool(mirror.exchange, await request.body())
        told = {"Duet-Following": str(int(answer.following)), "Duet-Delay": str(answer.delay)}
        told["Duet-Notice"] = answer.notice.encode("ascii", "replace").decode()
        return Response(answer.picture, media_type="image/jpeg", headers=told)

    @pages.delete("/mirror/{key}", status_code=204)
    def end(key: str) -> None:
        mirrors.end(key)
