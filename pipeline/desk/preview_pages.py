"""A manifest as one picture, in seconds, before any long render: what `preview` draws."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import suppress
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from foundation.atomic import make_folder
from foundation.codec import Json
from foundation.errors import InputError
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
        path, target, lines = folder.manifest(name), place(name), list[bytes]()
        make_folder(target.parent)
        given = ["preview", "--work", str(folder.work), "--within", str(folder.root), "--json", "-o", str(target)]
        with one_at_a_time:
            command = Command.start([*given, "--", str(path)])
            code = command.read(lines.append)
        if code:
            end: Json = None
            with suppress(ValueError, IndexError):
                end = json.loads(lines[-1])
            raise InputError(command.problem(code, end))

    @pages.get("/preview/{name:path}")
    def picture(name: str) -> FileResponse:
        folder.manifest(name)
        if not place(name).is_file():
            raise HTTPException(404, f"there is no preview of {name} yet")
        return FileResponse(place(name), media_type="image/png")

    return pages
