"""A worker process: takes tasks from a pipe, runs them, tells how it goes. Models stay loaded between tasks."""

from __future__ import annotations

import contextlib
import signal
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError
from pipeline.executors.run_task import run_task
from pipeline.plan.task import Task

REPORT_SECONDS = 0.2


def serve(connection: Connection, root: str) -> None:
    """Run tasks until the pipe closes. Messages out: ("progress", done, total), ("done", seconds), ("failed", ...)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, _leave)
    store = ArtifactStore(Path(root))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task = Task.from_json(connection.recv())
            connection.send(_attempt(task, store, connection))


def _leave(signum: int, frame: Any) -> None:
    """End by an exception, so that temporary files are removed on the way out."""
    raise SystemExit(128 + signum)


def _attempt(task: Task, store: ArtifactStore, connection: Connection) -> tuple[Any, ...]:
    began = last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= REPORT_SECONDS or done == total:
            last = now
            connection.send(("progress", done, total))

    try:
        run_task(task, store, report)
    except DuetError as error:
        return ("failed", error.to_json(), traceback.format_exc())
    return ("done", time.monotonic() - began)
