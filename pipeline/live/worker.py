"""A live portrait in a process of its own: coded frames come in through a pipe, coded pictures go out."""

from __future__ import annotations

import io
import signal
import struct
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image as Pictures

from foundation.errors import DuetError
from foundation.geometry import Image
from pipeline.live.outputs import Output
from pipeline.live.performer import Performer
from pipeline.live.show import show
from pipeline.live.stage import ENGINE, on_stage

MOST_BYTES = 512 << 10
MOST_SIDE = 1280
"""Of a frame."""
IDLE_SECONDS = 30.0
"""Without a frame for so long, nobody is there any more."""
QUALITY = 85
PICTURE, NOTICE, FAILURE = b"P", b"N", b"F"
"""What a message begins with: a picture, after HEAD; a line for the user; why it ended."""
HEAD = struct.Struct("<?d")
"""Whether the driver is followed, and seconds from the frame to its picture."""
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, Pictures.DecompressionBombError)


class Answers(Output):
    """Pictures into the pipe."""

    def __init__(self, pipe: Connection, performer: Performer) -> None:
        self._pipe, self._performer = pipe, performer

    def show(self, picture: Image) -> bool:
        file = io.BytesIO()
        Pictures.fromarray(picture).save(file, format="JPEG", quality=QUALITY)
        at = self._performer.at
        head = HEAD.pack(self._performer.following, 0.0 if at is None else time.monotonic() - at)
        return _sent(self._pipe, PICTURE + head + file.getvalue())


def serve(pipe: Connection, portrait: Path, size: tuple[int, int]) -> None:
    """Draw until the other end is closed, sends nothing any more, or an empty message.

    Args:
        pipe: gives frames as JPEG, PNG or WebP; takes messages.
        portrait: a picture.
        size: (width, height) of what is shown.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    try:
        with on_stage(portrait, ENGINE, size, lambda line: _tell(pipe, NOTICE, line)) as (looks, performer):
            answers = Answers(pipe, performer)
            answers.show(performer.sitter.picture)
            show(_frames(pipe), looks, performer, answers, None)
    except DuetError as error:
        _tell(pipe, FAILURE, f"{error.problem} ({error.cure})" if error.cure else error.problem)


def _frames(pipe: Connection) -> Iterator[Image]:
    try:
        while pipe.poll(IDLE_SECONDS) and (data := pipe.recv_bytes(MOST_BYTES)):
            frame = decoded(data)
            if frame is not None:
                yield frame
    except (EOFError, OSError):
        return


def decoded(data: bytes) -> Image | None:
    """(H, W, 3) uint8 RGB; None of what is no picture, or too large."""
    try:
        with Pictures.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if max(picture.size) > MOST_SIDE:
                return None
            return np.asarray(picture.convert("RGB"), np.uint8)
    except _DAMAGE:
        return None


def _tell(pipe: Connection, kind: bytes, line: str) -> None:
    _sent(pipe, kind + line.encode())


def _sent(pipe: Connection, message: bytes) -> bool:
    try:
        pipe.send_bytes(message)
    except OSError:
        return False
    return True
