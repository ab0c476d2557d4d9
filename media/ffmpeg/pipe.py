"""Frames into the ffmpeg binary."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box
from media.ffmpeg.planes import Planes
from media.ffmpeg.run import failure, start_ffmpeg, stop
from media.ffmpeg.sink import Sink


class PipeSink(Sink):
    """Feeds raw frames to an ffmpeg that reads stdin.

    Args:
        argv: from `media.ffmpeg.argv.encode_video`.
        file: what an error names.
        planes: in which the frames are sent; None: as they are.
    """

    def __init__(self, argv: list[str], *, file: Path | str, planes: Planes | None = None) -> None:
        self._file, self._planes = file, planes
        self._sent: SimpleQueue[NDArray[np.uint8]] = SimpleQueue()  # memory of frames, for later ones
        # stderr goes to a file: nobody reads a pipe while frames are being written, and a full one would block ffmpeg
        self._stderr = TemporaryFile()  # noqa: SIM115  (closed by finish or abort)
        self._child = start_ffmpeg(argv, file=file, stdin=subprocess.PIPE, stderr=self._stderr)

    def prepare(self, image: NDArray[np.uint8], changed: Sequence[Box] | None = None) -> NDArray[np.uint8]:
        frame = image
        if self._planes is not None:
            self._planes.take(image, changed)
            frame = self._planes.samples
        try:
            copy = self._sent.get_nowait()
        except Empty:
            copy = np.empty(frame.shape, np.uint8)
        np.copyto(copy, frame)
        return copy

    def send(self, prepared: Any) -> None:
        if self._child.stdin is None:
            raise BrokenPipeError
        try:
            self._child.stdin.write(prepared)
        except BrokenPipeError:
            self._end()
        self._sent.put(prepared)

    def finish(self) -> None:
        self._end()

    def abort(self) -> None:
        stop(self._child)
        self._stderr.close()

    def _end(self) -> None:
        """Wait for ffmpeg to finish what it has. Raises: StageError if it failed."""
        child = self._child
        if child.stdin is not None:
            with suppress(BrokenPipeError):
                child.stdin.close()
        code = child.wait()
        self._stderr.seek(0)
        said = self._stderr.read()
        self._stderr.close()
        if code:
            raise failure(said, code, file=self._file)
