"""A manifest as one picture, in seconds, before any long render: what `preview` draws."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from foundation.atomic import make_folder
from pipeline.desk.commands import Command
from pipeline.desk.folder import STATE, Folder


def router(folder: Folder) -> APIRouter:
    """Its addresses."""
    pages = APIRouter()
    one_at_a_time = threading.Lock()

    def place(name: str) -> Path:
        return folder.root / STATE / "previews" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.png"

    @pages.post("/preview/{name:path}", status_code=204)
    def draw(name: str) -> None:
        """Draw it anew, of what is saved."""
        path, target = folder.manifest(name), place(name)
        make_folder(target.parent)
        given = ["preview", "--work", str(folder.work), "--within", str(folder.root), "--json", "-o", str(target)]
        with one_at_a_time:
            Command.asked([*given, "--", str(path)], path)

    @pages.get("/preview/{name:path}")
    def picture(name: str) -> FileResponse:
        folder.manifest(name)
        if not place(name).is_file():
            raise HTTPException(404, f"there is no preview of {name} yet")
        return FileResponse(place(name), media_type="image/png")

    return pages
