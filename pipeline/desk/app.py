"""The desk as a web application: its pages put together, with a guard around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from foundation.errors import DuetError, InputError, ManifestError
from pipeline.desk import edit_pages, list_pages, preview_pages, queue_pages, review_pages, take_pages, timeline_pages
from pipeline.desk.drawing import draw
from pipeline.desk.mirror import Mirrors
from pipeline.desk.projects import Projects
from pipeline.desk.queue import Queue
from pipeline.desk.security import Access, Guard
from pipeline.report import page

HOME = Path(__file__).parent
STYLE = Path(page.__file__).with_name("style.css")
"""The reports' own."""


def desk(projects: Projects, queue: Queue, access: Access) -> FastAPI:
    """The application. Its `state.closing`, where it is set, tells whether it is about to end."""
    mirrors = Mirrors()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(mirrors.end)

    app = FastAPI(title="Duet", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(list_pages.router(projects, queue))
    app.include_router(queue_pages.router(queue, projects.folder))
    app.include_router(review_pages.router(projects))
    app.include_router(edit_pages.router(projects.folder))
    app.include_router(preview_pages.router(projects.folder))
    app.include_router(timeline_pages.router(projects.folder))
    app.include_router(take_pages.router(projects.folder, mirrors))
    app.mount("/static", StaticFiles(directory=HOME / "static"))

    @app.get("/style.css")
    def style() -> FileResponse:
        return FileResponse(STYLE, media_type="text/css")

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return _told(request, error.status_code, str(error.detail))

    @app.exception_handler(DuetError)
    async def failed(request: Request, error: DuetError) -> Response:
        return _told(request, 422 if isinstance(error, InputError | ManifestError) else 500, str(error))

    app.add_middleware(Guard, access=access)
    return app


def _told(request: Request, status: int, text: str) -> Response:
    """A page for people, a line for scripts."""
    if "text/html" in request.headers.get("accept", ""):
        return draw(request, "refused.html", status=status, text=text)
    return PlainTextResponse(text + "\n", status)
