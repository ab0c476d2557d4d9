"""A worker: takes tasks, runs them, tells how it goes. Engines' models stay loaded between tasks; networks that find
faces and people, which are opened in no time, do not."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from foundation.artifacts import ArtifactStore, Disturbed, Spoilt
from foundation.errors import DuetError
from foundation.leases import Held
from foundation.notices import notices_told
from foundation.pages import MB, give_pages_back, keep_pages, share_heap
from landmarks.download import OFFLINE_VARIABLE
from pipeline.executors.messages import (
    Again,
    Begun,
    Busy,
    Done,
    Ending,
    Failed,
    InputsSound,
    InputsSpoilt,
    Progress,
    Told,
)
from pipeline.executors.run_task import Report, try_task
from pipeline.plan.task import Task

DEVICE_LOST = 70
"""How a worker ends whose GPU failed: whatever its process asks of the GPU from then on fails, too."""
REPORT_SECONDS = 0.2
AGAIN_SECONDS = 0.01
KEPT = 32 * MB
"""The largest block of memory that stays with a worker from frame to frame."""


@dataclass(frozen=True)
class Place:
    """Where a worker works.

    Attributes:
        root: of the store.
        devices: what CUDA_VISIBLE_DEVICES shall be; None leaves it.
        online: it may download what it lacks.
        threads: how many OpenCV takes: threads of several workers that wait for one processor spin. None leaves it.
    """

    root: str
    devices: str | None
    online: bool
    threads: int | None = None


def settle(place: Place) -> ArtifactStore:
    """Make this process what the place asks for; before anything imports PyTorch."""
    if place.devices is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = place.devices
    if not place.online:
        os.environ[OFFLINE_VARIABLE] = "1"
        os.environ["HF_HUB_OFFLINE"] = "1"
    if place.threads is not None:
        import cv2  # noqa: PLC0415  (`task` leaves threads alone)

        cv2.setNumThreads(place.threads)
    share_heap()
    keep_pages(largest=KEPT, free=4 * KEPT)
    return ArtifactStore(Path(place.root))


def serve(connection: Connection, place: Place) -> None:
    """Run tasks until the pipe closes. In: a task, keys to check; out: messages, the last one how it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, _leave)
    store = settle(place)
    notices = notices_told(lambda text: connection.send(Told(text)))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError), notices:
        while True:
            told, check = connection.recv()
            connection.send(Begun())
            last = 0.0

            def report(done: int, total: int) -> None:
                nonlocal last
                now = time.monotonic()
                if now - last >= REPORT_SECONDS or done == total:
                    last = now
                    connection.send(Progress(done, total))

            connection.send(attempt(Task.from_json(told), store, check, report, lambda: connection.send(InputsSound())))


def serve_alone(connection: Connection, place: Place) -> NoReturn:
    """`serve` in a process of its own, which then ends at once: half a second of taking models apart helps nobody."""
    serve(connection, place)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def attempt(
    task: Task, store: ArtifactStore, check: Collection[str], report: Report, sound: Callable[[], None]
) -> Ending:
    """Run a task; how it ended. What it has freed goes back to the system, networks that it looked with, too: the next
    one may need little."""
    from landmarks.litert.network import close_unused  # noqa: PLC0415  (NumPy: `task --help` does without)

    began = time.monotonic()
    try:
        try_task(task, store, report, check=check, sound=sound if check else None)
    except Held:
        return Busy()
    except Disturbed as error:
        return Again(str(error))
    except Spoilt as error:
        return InputsSpoilt(tuple(error.keys))
    except DuetError as error:
        if _device_lost(error):
            os._exit(DEVICE_LOST)  # a lost worker is replaced, and its task given out again
        return Failed(error.to_json(), traceback.format_exc())
    finally:
        close_unused()
        give_pages_back()
    return Done(time.monotonic() - began)


def _device_lost(error: BaseException | None) -> bool:
    """Whether PyTorch says that the device itself failed, which is more than that its memory is too small."""
    while error is not None and type(error).__name__ != "AcceleratorError":
        error = error.__cause__
    return error is not None


def _leave(signum: int, frame: Any) -> None:
    """End by an exception, so that temporary files are removed on the way out."""
    sys.unraisablehook = _dropped
    raise SystemExit(128 + signum)


def _dropped(told: sys.UnraisableHookArgs) -> None:
    """Python drops an exception that comes while something is taken apart: one that ends us is raised again."""
    if told.exc_type is SystemExit:
        signal.signal(signal.SIGALRM, _leave)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(told)
