"""The first page: every project of the folder."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from PIL import Image

from foundation.errors import InputError
from pipeline.desk.drawing import draw
from pipeline.desk.projects import Projects, thumbnail
from pipeline.desk.queue import Queue

DATA = "data:image/jpeg;base64,"
NO_PICTURE = Path(__file__).parent / "static" / "nothing.svg"


def router(projects: Projects, queue: Queue) -> APIRouter:
    """Its addresses."""
    pages = APIRouter()

    @pages.get("/")
    def projects_page(request: Request) -> HTMLResponse:
        found = [(one, queue.state_of(one.name) or one.state) for one in projects.all()]
        return draw(request, "projects.html", projects=found, root=str(projects.folder.root))

    @pages.get("/poster/{name:path}")
    def poster(name: str) -> Response:
        """A small JPEG; a sign where a project has no picture."""
        picture = projects.picture(projects.of(projects.folder.manifest(name)))
        if picture is None:
            return FileResponse(NO_PICTURE)
        if isinstance(picture, str):
            return Response(base64.b64decode(picture.removeprefix(DATA)), media_type="image/jpeg")
        try:
            small = Image.fromarray(thumbnail(picture))
        except InputError as error:
            raise HTTPException(404, str(error)) from error
        file = io.BytesIO()
        small.save(file, format="JPEG", quality=85)
        return Response(file.getvalue(), media_type="image/jpeg")

    return pages
