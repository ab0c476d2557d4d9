"""The portrait as a mirror of who sings before the camera: one at a time, in a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from fastapi import HTTPException

from pipeline.live.worker import FAILURE, HEAD, MOST_BYTES, NOTICE, serve

SIZE = (512, 512)
"""Of what is shown, pixels."""
FREE_SECONDS = 10.0
"""Without a frame for so long, somebody else may sing."""
PATIENCE = 0.2
"""Seconds that a frame waits for a picture; then the last one is the answer."""
ENDING = 2.0
"""Seconds that it has to end by itself."""


@dataclass(frozen=True)
class Answer:
    """What a frame is answered with.

    Attributes:
        picture: JPEG; empty: there is none yet.
        following: whether the driver is followed.
        delay: milliseconds from a frame to this picture.
        notice: the last line for the user.
    """

    picture: bytes = b""
    following: bool = False
    delay: int = 0
    notice: str = ""


class Mirror:
    """One session.

    Args:
        portrait: a picture, coded.
    """

    def __init__(self, portrait: bytes) -> None:
        self.key = token_urlsafe(16)
        self.used = time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="duet-mirror-")
        file = Path(self._folder.name, "portrait.jpg")
        file.write_bytes(portrait)
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, file, SIZE), daemon=True)
        self._process.start()
        theirs.close()
        self._sending, self._changed = threading.Lock(), threading.Condition()
        self._shown, self._given, self._failure = Answer(), 0, ""
        self._count = 0
        self._reader = threading.Thread(target=self._read, name="mirror", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def exchange(self, frame: bytes) -> Answer:
        """Give a frame, and take a picture that nobody has taken yet, or after a while the last one.

        Raises:
            HTTPException: 413 for a frame that is too large, 410 if the portrait moves no more, with the reason.
        """
        if len(frame) > MOST_BYTES:
            raise HTTPException(413, f"a frame may have {MOST_BYTES} bytes")
        self.used = time.monotonic()
        try:
            with self._sending:
                self._pipe.send_bytes(frame)
        except OSError:
            self._reader.join(ENDING)  # it may still be reading why
            raise HTTPException(410, self._failure or "the portrait moves no more: begin again") from None
        with self._changed:
            self._changed.wait_for(lambda: self._count > self._given or self._failure, PATIENCE)
            if self._failure:
                raise HTTPException(410, self._failure)
            self._given = self._count
            return self._shown

    def close(self) -> None:
        """End it; twice is harmless."""
        if self._sending.acquire(timeout=ENDING):  # a frame that nobody takes would keep it for ever
            with contextlib.suppress(OSError):
                self._pipe.send_bytes(b"")
            self._sending.release()
        self._process.join(ENDING)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._reader.join(ENDING)
        with self._sending:
            self._pipe.close()
        self._folder.cleanup()

    def _read(self) -> None:
        notice = ""
        try:
            while True:
                message = self._pipe.recv_bytes()
                kind, rest = message[:1], message[1:]
                with self._changed:
                    if kind == FAILURE:
                        self._failure = rest.decode()
                    elif kind == NOTICE:
                        notice = rest.decode()
                    else:
                        following, delay = HEAD.unpack_from(rest)
                        picture = rest[HEAD.size :]
                        self._shown = Answer(picture, following, round(1000 * delay), notice)
                        self._count += 1
                    self._changed.notify_all()
        except (EOFError, OSError):
            with self._changed:
                self._changed.notify_all()


class Mirrors:
    """The one session that there may be."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: Mirror | None = None

    def begin(self, portrait: bytes) -> Mirror:
        """A session of its own for who asks.

        Raises:
            HTTPException: 409 if somebody sings.
        """
        with self._lock:
            now = self._now
            if now is not None and now.alive and time.monotonic() - now.used < FREE_SECONDS:
                raise HTTPException(409, "somebody is before a camera of this desk: one at a time")
            self._close()
            self._now = Mirror(portrait)
            return self._now

    def get(self, key: str) -> Mirror:
        """Raises: HTTPException 404 if there is none of that key."""
        now = self._now
        if now is None or now.key != key:
            raise HTTPException(404, "this camera is not shown any more: begin again")
        return now

    def end(self, key: str | None = None) -> None:
        """End the session of that key, or whichever there is; none is harmless."""
        with self._lock:
            if self._now is not None and key in (None, self._now.key):
                self._close()

    def _close(self) -> None:
        if self._now is not None:
            self._now.close()
            self._now = None
