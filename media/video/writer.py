"""Streaming video out: frame by frame, encoded beside the caller's work, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Self

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from foundation.atomic import check_writable, temporary_name, write_error
from foundation.errors import CHECK_MACHINE, CHECK_WORK, StageError
from foundation.geometry import Box
from media.ffmpeg.argv import encode_video, takes_planes
from media.ffmpeg.codecs import Encode
from media.ffmpeg.pipe import PipeSink
from media.ffmpeg.planes import Planes
from media.ffmpeg.sink import Sink
from media.files.info import LOSSLESS_SUFFIX
from media.video.lossless_writer import LosslessCodec, LosslessSink
from media.video.planar import Planar
from media.video.tiled import TiledSink

__all__ = ["FrameWriter", "LosslessCodec", "picture_writer"]

_BY_SUFFIX: dict[str, LosslessCodec] = {".mkv": "ffv1"}
_DELIVERED = {".mp4": Encode("mp4"), ".mov": Encode("mov")}
_QUEUED = 4  # frames in flight: enough to overlap, little enough not to matter beside the clip


class FrameWriter:
    """Writes frames of one size and rate to a video file without sound.

    The file appears at `path` when the block ends well; after an error nothing is left, and what stood there stays.

    Args:
        path: the file. Its folder must exist.
        size: (width, height) in pixels.
        fps: the exact rate.
        codec: "magicyuv" (lossless, the fastest) or "ffv1" (lossless), for `read_frames`. None: by the suffix.
        encode: for delivery, in its stead; bt709. None: by the suffix: .mp4 or .mov H.264, others lossless.
        alpha: frames have a fourth channel, opacity; an `encode` says so itself.
        planar: a lossless file whose frames are planes of this kind, given to `write_planes`; `size` is theirs.
        tags: of a lossless file's container.
        still: (H, W, 3) a picture of which the frames differ in a part: the file then holds no more than that, without
            loss, for `read_frames` alone.
    Raises: StageError if the file cannot be written, the disk is full or the encoder fails; at the latest by `close`.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        fps: Fraction,
        codec: LosslessCodec | None = None,
        encode: Encode | None = None,
        alpha: bool = False,
        planar: Planar | None = None,
        tags: Mapping[str, str] | None = None,
        still: NDArray[np.uint8] | None = None,
    ) -> None:
        check_writable(path)
        self._path, self._temporary = path, temporary_name(path)
        suffix = path.suffix.lower()
        delivered = encode or (_DELIVERED.get(suffix) if codec is None else None)
        alpha = delivered.alpha if delivered else alpha
        self._shape = (size[1], size[0], 4 if alpha else 3)
        self._failure: Exception | None = None
        self._queue: Queue[Any] = Queue(_QUEUED)
        self._open = True
        self.frames = 0
        try:
            if still is not None:
                self._sink: Sink = TiledSink(self._temporary, still)
            elif delivered:
                argv = encode_video(self._temporary, size=size, fps=fps, encode=delivered)
                planes = Planes(size) if takes_planes(delivered) else None
                self._sink = PipeSink(argv, file=path, planes=planes)
            else:
                lossless = codec or _BY_SUFFIX.get(suffix, "magicyuv")
                channels = self._shape[2]
                self._sink = LosslessSink(
                    self._temporary, size=size, fps=fps, codec=lossless, channels=channels, planar=planar, tags=tags
                )
        except (OSError, FFmpegError) as problem:
            raise self._told(problem) from problem
        self._thread = Thread(target=self._work, name=f"write {path.name}", daemon=True)
        self._thread.start()

    def write(self, frame: NDArray[np.uint8], changed: Sequence[Box] | None = None) -> None:
        """Append a frame, (H, W, 3) uint8 RGB ((H, W, 4) with alpha). It is copied: the caller may reuse its memory.

        Args:
            frame: of the file's size.
            changed: parts outside which it is as the one before; None: nobody knows.
        Raises: StageError as the class; ValueError if the frame has another shape or type, or the file is closed.
        """
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"{self._path.name}: a frame is {frame.shape} {frame.dtype}, not {self._shape} uint8")
        self._queue_up(self._sink.prepare(frame, changed))

    def write_planes(self, frame: VideoFrame) -> None:
        """Append a frame as media.video.plane_cut cuts it; nobody else may use it any more.

        Raises: StageError as the class; ValueError if the file is closed.
        """
        self._queue_up(frame)

    def _queue_up(self, prepared: object) -> None:
        if not self._open:
            raise ValueError(f"{self._path.name}: it is closed")
        if self._failure is not None:
            self.discard()
            raise self._told(self._failure) from self._failure
        self._queue.put(prepared)
        self.frames += 1

    def close(self) -> None:
        """Finish the file and put it in its place. Harmless when done twice.

        Raises: StageError as the class; also if no frame was written.
        """
        if not self._open:
            return
        try:
            self._join()
            if self._failure is not None:
                raise self._failure
            if not self.frames:
                raise StageError("no frame was written", file=self._path, cure=CHECK_WORK)
            self._sink.finish()
            self._temporary.replace(self._path)
        except BaseException as problem:  # an interrupt, too, must leave no half-written file and no child behind
            self._give_up()
            if isinstance(problem, Exception):
                raise self._told(problem) from problem
            raise

    def discard(self) -> None:
        """Stop and leave nothing behind. Harmless when done twice, or after `close`."""
        if not self._open:
            return
        self._give_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _work(self) -> None:
        """The writer's thread: encode until told to end; after a failure only empty the queue, so nobody waits."""
        while (prepared := self._queue.get()) is not None:
            if self._failure is None:
                try:
                    self._sink.send(prepared)
                except Exception as problem:
                    self._failure = problem

    def _join(self) -> None:
        """Wait until the thread has encoded, or after a failure thrown away, what is in the queue."""
        if self._open:
            self._open = False
            self._queue.put(None)
        self._thread.join()

    def _give_up(self) -> None:
        self._failure = self._failure or StageError("stopped", file=self._path)
        self._join()
        with suppress(OSError, FFmpegError):
            self._sink.abort()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _told(self, problem: Exception) -> Exception:
        if isinstance(problem, OSError):
            return write_error(problem, self._path)
        if isinstance(problem, FFmpegError):
            return StageError(f"the encoder failed: {problem.strerror or problem}", file=self._path, cure=CHECK_MACHINE)
        return problem


def picture_writer(folder: Path, *, size: tuple[int, int], fps: Fraction, encode: Encode) -> FrameWriter:
    """The writer of a finished picture without sound: "picture" in the folder, in the container that it will have.

    A sequence of pictures is kept as one lossless file until it is delivered. Frames are (H, W, 4) if the encode has
    alpha, else (H, W, 3).

    Raises: StageError as FrameWriter.
    """
    if encode.is_sequence:
        return FrameWriter(folder / f"picture{LOSSLESS_SUFFIX}", size=size, fps=fps, alpha=encode.alpha)
    return FrameWriter(folder / f"picture.{encode.container}", size=size, fps=fps, encode=encode)
