"""A manifest is written here: as a form, as text, with its media beside it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from foundation.codec import Json
from foundation.digests import digest_of
from foundation.errors import ManifestError
from pipeline.desk import saving
from pipeline.desk.drafts import MOST_WRITTEN, Draft, changed, judge
from pipeline.desk.drawing import draw
from pipeline.desk.folder import Folder, begins_like_one
from pipeline.desk.media import FILES, KINDS, Media
from pipeline.manifest.described import json_schema

EMPTY = """version: 1
title: {title}
performers: {{}}
output:
  path: out/{stem}.mp4
"""
SOON = {"Cache-Control": "private, max-age=60"}
"""Of stills: whoever types in the form sees the same ones again and again."""
_NAME = re.compile(r"[^\W_][\w -]{0,59}")


class Saved(BaseModel):
    """A text that takes the place of a file's; `digest`: of what it was written from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: Annotated[str, Field(max_length=MOST_WRITTEN)]
    digest: str


def router(folder: Folder) -> APIRouter:
    """Its addresses."""
    pages = APIRouter()
    schema = json_schema()

    def judged(text: str, path: Path) -> Json:
        """A text with all that is wrong with it, files that are not there included."""
        found = judge(text, path)
        missing = [{"path": place, "text": told} for place, told in Media(folder, path.parent).missing(found.data)]
        told: Json = asdict(found)
        return told | {"mistakes": told["mistakes"] + missing}

    @pages.post("/new")
    def new(name: Annotated[str, Form()]) -> RedirectResponse:
        if not _NAME.fullmatch(name.strip()):
            told = "a project's name has up to 60 letters, digits, spaces, - and _, and begins with a letter or digit"
            raise ManifestError(told, cure="choose such a name")
        stem = name.strip().replace(" ", "_").lower()
        path = folder.inside(f"{stem}.yaml")
        title = json.dumps(name.strip(), ensure_ascii=False)  # in quotes: some songs are called 1999, or No
        saving.begin(path, EMPTY.format(title=title, stem=stem))
        return RedirectResponse(f"/edit/{quote(path.name)}", 303)

    @pages.get("/schema")
    def shape() -> JSONResponse:
        return JSONResponse(schema)

    @pages.get("/edit/{name:path}")
    def edit(request: Request, name: str) -> HTMLResponse:
        path = folder.manifest(name)
        return draw(request, "edit.html", name=name, home=path.parent != folder.root and folder.name_of(path.parent))

    @pages.get("/draft/{name:path}")
    def read(name: str) -> Json:
        path = folder.manifest(name)
        return judged(_text(path), path) | {"digest": digest_of(path)}

    @pages.post("/draft/{name:path}")
    def change(name: str, draft: Draft) -> Json:
        path = folder.manifest(name)
        return judged(changed(draft.text, draft.edits) if draft.edits else draft.text, path)

    @pages.put("/draft/{name:path}")
    def save(name: str, saved: Saved) -> Json:
        path = folder.manifest(name)
        if not begins_like_one(saved.text):
            told = "it would be taken for no manifest any more"
            raise ManifestError(told, cure="keep the lines version: and performers:")
        return saving.save(path, saved.text, saved.digest)

    _add_media(pages, folder)
    return pages


def _add_media(pages: APIRouter, folder: Folder) -> None:
    """The addresses of what a manifest names."""

    def media(name: str) -> Media:
        return Media(folder, folder.manifest(name).parent)

    @pages.get("/files/{name:path}")
    def files(name: str) -> Json:
        return {"files": media(name).listed(), "kinds": KINDS, "places": list(FILES.items())}

    @pages.get("/about/{name:path}")
    def about(name: str, file: str) -> Json:
        return media(name).about(file)

    @pages.get("/faces/{name:path}")
    def faces(name: str, file: str) -> Json:
        return media(name).faces(file)

    @pages.get("/still/{name:path}")
    def still(
        name: str,
        file: str,
        at: Annotated[float, Query(ge=0, le=86400)] = 0,
        side: Annotated[int, Query(ge=16, le=1600)] = 640,
    ) -> Response:
        return Response(media(name).still(file, at, side), media_type="image/jpeg", headers=SOON)

    @pages.post("/upload/{name:path}", status_code=201)
    async def upload(request: Request, name: str, file: str) -> Json:
        return {"path": await media(name).take(file, request.stream())}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ManifestError("is not a text file in UTF-8", file=path, cure="save it as UTF-8") from error
