"""The queue's page, what it hears while it is open, and what people do there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from foundation.codec import Json
from pipeline.desk.drawing import draw
from pipeline.desk.folder import Folder
from pipeline.desk.jobs import MOST_AT_ONCE
from pipeline.desk.queue import Queue

LOOK_SECONDS = 0.25
"""How often the page hears what is new."""
BREATH_SECONDS = 15.0
"""How often a line goes out all the same: so a connection that is gone is noticed."""


class Wish(BaseModel):
    """What is said of the whole queue."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    held: bool | None = None
    at_once: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] | None = None


class Place(BaseModel):
    """Where a job goes: before another; None: to the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    before: str | None


def router(queue: Queue, folder: Folder) -> APIRouter:
    """Its addresses."""
    pages = APIRouter()

    @pages.get("/queue")
    def page(request: Request) -> HTMLResponse:
        return draw(request, "queue.html", most=MOST_AT_ONCE)

    @pages.get("/queue/events")
    async def events(request: Request) -> StreamingResponse:
        """Server-sent events: `queue`, the list, whenever it changes; `lives`, how far the renders are."""
        closing: Callable[[], bool] = getattr(request.app.state, "closing", lambda: False)
        told = _told(queue, closing)
        return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @pages.post("/queue/add")
    def add(name: Annotated[str, Form()]) -> RedirectResponse:
        folder.manifest(name)
        queue.add(name)
        return RedirectResponse(f"/queue#{quote(name)}", 303)

    @pages.patch("/queue", status_code=204)
    def settle(wish: Wish) -> None:
        queue.settle(held=wish.held, at_once=wish.at_once)

    @pages.post("/queue/clear", status_code=204)
    def clear() -> None:
        queue.clear()

    @pages.post("/queue/move/{key}", status_code=204)
    def move(key: str, place: Place) -> None:
        queue.move(key, place.before)

    acts = {"stop": queue.stop, "retry": queue.retry, "remove": queue.remove}

    @pages.post("/queue/{act}/{key}", status_code=204)
    def do(act: str, key: str) -> None:
        if act not in acts:
            raise HTTPException(404, f"{act!r} is none of {', '.join(acts)}")
        acts[act](key)

    return pages


async def _told(queue: Queue, closing: Callable[[], bool]) -> AsyncIterator[str]:
    heard, lives, quiet = -1, "", 0.0
    while not closing():
        if queue.told != heard:
            heard = queue.told
            yield _event("queue", queue.shown())
        now = _event("lives", queue.lives())
        if now != lives or quiet >= BREATH_SECONDS:
            lives, quiet = now, 0.0
            yield now
        await asyncio.sleep(LOOK_SECONDS)
        quiet += LOOK_SECONDS


def _event(name: str, data: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
