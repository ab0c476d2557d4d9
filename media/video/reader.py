"""Streaming video in: frames with their times, upright, in square pixels, as uint8 RGB."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from heapq import heappop, heappush
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foundation.errors import InputError
from media.files.opening import decode_error, opened, origin, video_stream
from media.video.color import ToRgb
from media.video.deinterlace import Timed, deinterlaced
from media.video.lossless import read_frames
from media.video.orientation import display_size, orientation

__all__ = ["VideoReader", "first_frame", "frame_at", "read_frames"]

Item = TypeVar("Item")

# Where to enter a file to show `start`: at the key frame before it; containers that seek badly get run-ups.
_RUN_UPS = (Fraction(0), Fraction(10))


class VideoReader:
    """The frames of a video in presentation order, one at a time: memory does not grow with the clip.

    Iterating gives `(seconds, frame)`: when the frame appears (exact; 0 is where playing the file begins, as in
    `timestamps`) and its pixels, (H, W, 3) uint8 RGB, rotation and sample aspect ratio applied, fields
    deinterlaced. Every iteration starts anew. Use as a context manager, or call `close`.

    Args:
        path: the file.
        start: the first frame given is the one that shows at this time (or the first there is). None: from the start.
        stop: no frame that appears at this time or later is given. None: to the end.
        tolerant: where the file cannot be decoded any further, end there instead of raising.
        plain: the pixels that ffmpeg gives when it is asked for rgb24 and nothing else, as most Python readers do:
            upright, but coarse in colour, in stored pixels, not deinterlaced. For results that must equal theirs.
    Raises: InputError if the file cannot be opened, has no video, or (while iterating) cannot be decoded.
    """

    def __init__(
        self,
        path: Path,
        *,
        start: Fraction | None = None,
        stop: Fraction | None = None,
        tolerant: bool = False,
        plain: bool = False,
    ) -> None:
        self._path, self._start, self._stop, self._tolerant, self._plain = path, start, stop, tolerant, plain
        self._running: list[Generator[object]] = []
        with opened(path) as container:
            video_stream(container, path)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every iteration and let the file go. Harmless when done twice."""
        while self._running:
            self._running.pop().close()

    def __iter__(self) -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
        picture = _plain_picture if self._plain else Picture()
        return self._run(lambda timed: (timed[0], picture(timed[1], timed[2])))

    def decoded(self) -> Iterator[Timed]:
        """The same frames as they are decoded, not converted to pictures."""
        return self._run(lambda timed: timed)

    def _run(self, made: Callable[[Timed], Item]) -> Iterator[Item]:
        running = self._made(made)
        self._running.append(running)
        return running

    def _made(self, made: Callable[[Timed], Item]) -> Generator[Item]:
        seconds = None
        try:
            for timed in self._selected() if self._plain else deinterlaced(self._selected()):
                seconds = timed[0]
                yield made(timed)
        except (FFmpegError, ValueError) as problem:  # a frame that decodes, and is none that can be converted
            raise decode_error(problem, self._path, seconds) from None

    def _selected(self) -> Iterator[Timed]:
        """The frames that show between start and stop."""
        held: Timed | None = None
        for timed in self._from_start():
            seconds = timed[0]
            if held is not None:
                if self._start is None or seconds > self._start:
                    yield held
                held = None
            if self._stop is not None and seconds >= self._stop:
                return
            held = timed
        if held is not None:
            yield held

    def _from_start(self) -> Iterator[Timed]:
        """All frames from some point at or before `start` on."""
        if self._start is not None:
            for run_up in _RUN_UPS:
                frames = self._frames(self._start - run_up)
                first = next(frames, None)
                if first is not None and first[0] <= self._start:
                    yield first
                    yield from frames
                    return
        yield from self._frames(None)

    def _frames(self, at: Fraction | None) -> Iterator[Timed]:
        """Decoded frames in presentation order, from the key frame before `at`, or from the beginning."""
        last: Fraction | None = None
        with opened(self._path) as container:
            stream = video_stream(container, self._path)
            base, zero, sar = stream.time_base or Fraction(1), origin(container), stream.sample_aspect_ratio
            try:
                if at is not None and at > 0 and _tells_times(container):
                    container.seek(int((at + zero) / base), stream=stream)
                for ticks, frame in _decoded(container, stream):
                    seconds = ticks * base - zero
                    if last is None or seconds > last:
                        last = seconds
                        yield seconds, frame, sar or Fraction(1)
            except FFmpegError as problem:
                if not self._tolerant:
                    raise decode_error(problem, self._path, last) from None


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[tuple[int, VideoFrame]]:
    """Frames with their times in ticks. Where packets tell no times of showing, the frames, which come out in that
    order, take the packets' times in ascending order; that holds only from the beginning of the file on."""
    told = _tells_times(container)
    waiting: list[int] = []
    for packet in container.demux(stream):
        at = packet.pts if packet.pts is not None else packet.dts
        if at is not None and packet.size:
            heappush(waiting, at)
        for frame in packet.decode():
            if not told and waiting:
                yield heappop(waiting), frame
            elif frame.pts is not None:
                yield frame.pts, frame


def _tells_times(container: InputContainer) -> bool:
    """Whether packets say when they show: all containers but AVI, which knows only the order of decoding."""
    return container.format.name != "avi"


class Picture:
    """Decoded frames to pictures as shown. The size is that of the first frame; where the stream changes its own, what
    it shows keeps its proportions, in the middle, with black beside it."""

    def __init__(self) -> None:
        self._to_rgb = ToRgb()
        self._size: tuple[int, int] | None = None

    def __call__(self, frame: VideoFrame, sar: Fraction) -> NDArray[np.uint8]:
        way = orientation(frame)
        shown = display_size(frame.width, frame.height, sar, way)
        self._size = self._size or shown
        width, height = _within(shown, self._size)
        picture = way.apply(self._to_rgb(frame, (height, width) if way.sideways else (width, height)))
        left, top = (self._size[0] - width) // 2, (self._size[1] - height) // 2
        if (left, top) == (0, 0):
            return picture
        whole = np.zeros((self._size[1], self._size[0], 3), np.uint8)
        whole[top : top + height, left : left + width] = picture
        return whole


def _within(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """The largest (width, height) in the proportions of `size` in a room; the room where only rounding keeps it out."""
    scale = min(room[0] / size[0], room[1] / size[1])
    width, height = (max(1, round(side * scale)) for side in size)
    return room if room[0] - width < 2 and room[1] - height < 2 else (width, height)


def _plain_picture(frame: VideoFrame, sar: Fraction) -> NDArray[np.uint8]:
    return orientation(frame).apply(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))


def first_frame(path: Path) -> VideoFrame:
    """The first frame that decodes, as PyAV gives it.

    Raises: InputError if there is none.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        try:
            for frame in container.decode(stream):
                return frame
        except FFmpegError as problem:
            raise decode_error(problem, path, None) from None
    raise InputError("no frame of its video can be decoded", file=path, cure="copy or export it again")


def frame_at(path: Path, seconds: Fraction) -> NDArray[np.uint8]:
    """The frame that shows at `seconds`, (H, W, 3) uint8 RGB, as `VideoReader` gives it.

    Raises: InputError as VideoReader, or if the video ends before, or `seconds` is negative.
    """
    if seconds < 0:
        raise InputError(f"there is no frame at {float(seconds):g} s", file=path, cure="count from 0")
    with opened(path) as container:
        end = _end(container)
    if end is not None and seconds >= end:
        cure = f"choose a time below {float(end):.3f} s"
        raise InputError(f"there is no frame at {float(seconds):g} s", file=path, cure=cure)
    with VideoReader(path, start=seconds) as reader:
        for _, frame in reader:
            return frame
    raise InputError(f"there is no frame at {float(seconds):g} s", file=path, cure="choose an earlier time")


def _end(container: InputContainer) -> Fraction | None:
    return None if container.duration is None else Fraction(container.duration, 1_000_000)
