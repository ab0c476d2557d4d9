"""A version: watched, stepped through, judged."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from pipeline.desk.drawing import draw
from pipeline.desk.exports import FORMS, Exported
from pipeline.desk.frames import Frames
from pipeline.desk.marks import marks
from pipeline.desk.notes import Change, Draft, Note, Notes
from pipeline.desk.projects import Projects
from pipeline.desk.versions import STATUSES, Status, Version
from pipeline.report.page import VERDICTS, WORDS
from quality.table import MEASURES

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""A version never changes."""


def router(projects: Projects) -> APIRouter:
    """Its addresses: what is wanted, the version's number, the project's name."""
    pages = APIRouter()
    frames = Frames()

    def find(name: str, number: int) -> Version:
        projects.folder.manifest(name)
        version = projects.versions.get(name, number)
        if version is None:
            raise HTTPException(404, f"{name} has no version {number}")
        return version

    @pages.get("/review/{name:path}")
    def review(request: Request, name: str, version: int | None = None) -> HTMLResponse:
        project = projects.opened(projects.folder.manifest(name))
        if not project.versions:
            raise HTTPException(404, f"{name} has no version yet: render it, with its report")
        shown = find(name, version or project.versions[0].number)
        rows = [row for row in shown.report["rows"] if row["status"] in ("fail", "warn")]
        return draw(
            request,
            "review.html",
            project=project,
            shown=shown,
            rows=rows,
            words=WORDS,
            verdicts=VERDICTS,
            measures=MEASURES,
            statuses=STATUSES,
            forms=FORMS,
        )

    @pages.get("/timeline/{number}/{name:path}")
    def timeline(name: str, number: int) -> Response:
        """What the page's script draws."""
        version = find(name, number)
        report = version.report
        told = {key: report.get(key, []) for key in ("scenes", "words")}
        curves = {
            who: {key: about[key] for key in ("times", "driver", "result")}
            for who, about in report["performers"].items()
        }
        found = [asdict(mark) for mark in marks(report)]
        rate = [version.fps.numerator, version.fps.denominator]
        return JSONResponse({"frames": version.frames, "fps": rate, "marks": found, "curves": curves, **told})

    @pages.get("/video/{number}/{name:path}")
    def video(name: str, number: int) -> FileResponse:
        path = find(name, number).video
        return FileResponse(path, media_type=mimetypes.guess_type(path.name)[0], headers=FOREVER)

    @pages.get("/frame/{number}/{frame}/{name:path}")
    def frame(name: str, number: int, frame: int) -> Response:
        version = find(name, number)
        png = frames.png(version.video, frame, version.fps) if 0 <= frame < version.frames else None
        if png is None:
            raise HTTPException(404, f"there is no frame {frame}")
        return Response(png, media_type="image/png", headers=FOREVER)

    @pages.post("/status/{number}/{name:path}")
    def judge(name: str, number: int, status: Annotated[Status, Form()]) -> RedirectResponse:
        version = find(name, number)
        projects.versions.judge(version, status)
        return RedirectResponse(f"/review/{quote(name)}?version={number}", 303)

    _add_notes(pages, find)
    return pages


def _add_notes(pages: APIRouter, find: Callable[[str, int], Version]) -> None:
    """The addresses of notes, for the page's script and for programs."""

    @pages.get("/notes/{number}/{name:path}")
    def notes(name: str, number: int) -> list[Note]:
        return Notes(find(name, number).folder).all()

    @pages.post("/notes/{number}/{name:path}", status_code=201)
    def add(name: str, number: int, draft: Draft) -> Note:
        version = find(name, number)
        last = draft.frame if draft.last is None else draft.last
        if not draft.frame <= last < version.frames:
            raise HTTPException(422, f"the version has the frames 0 to {version.frames - 1}")
        return Notes(version.folder).add(draft)

    @pages.patch("/notes/{number}/{key}/{name:path}")
    def change(name: str, number: int, key: str, change: Change) -> Note:
        note = Notes(find(name, number).folder).change(key, change)
        if note is None:
            raise HTTPException(404, "there is no such note")
        return note

    @pages.delete("/notes/{number}/{key}/{name:path}", status_code=204)
    def remove(name: str, number: int, key: str) -> None:
        if not Notes(find(name, number).folder).remove(key):
            raise HTTPException(404, "there is no such note")

    @pages.get("/export/{number}/{form}/{name:path}")
    def export(name: str, number: int, form: str) -> Response:
        version = find(name, number)
        if form not in FORMS:
            raise HTTPException(404, f"{form!r} is none of {', '.join(FORMS)}")
        report, kept = version.report, Notes(version.folder).all()
        about = (version.status, version.fps, version.frames, kept, marks(report), report["video"])
        told = Exported(report["title"], number, *about, report.get("scenes", []))
        headers = {"Content-Disposition": f'attachment; filename="notes_v{number}.{form}"'}
        return Response(FORMS[form].write(told), media_type=FORMS[form].media_type, headers=headers)
