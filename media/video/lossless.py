"""Frames between stages, read as media.video.lossless_writer wrote them: all, a part, or some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foundation.errors import StageError
from media.files.opening import opened, video_stream
from media.video.color import ToRgb
from media.video.planar import SITED, Planar
from media.video.tiled import ALL, is_tiled, read_tiled
from media.video.tiles import Sheet

RGBA_PLANES = (2, 0, 1, 3)  # where red, green, blue and alpha lie in planar formats, whose order is G, B, R, A


def read_frames(path: Path, start: int = 0, stop: int | None = None) -> Iterator[NDArray[np.uint8]]:
    """The frames `start` up to `stop` (None: all) of a file that FrameWriter wrote.

    Yields: (H, W, 3) uint8 RGB, (H, W, 4) if the file has alpha; one at a time; bit for bit as they were written, if
        that was without loss.
    Raises: InputError if the file is missing or no video, StageError if it is damaged.
    """
    return (_frame(found) for found in read_sheets(path, start, stop))


def read_sheets(path: Path, start: int = 0, stop: int | None = None) -> Iterator[NDArray[np.uint8] | Sheet]:
    """The same frames; those of a still picture of which a part moves as what differs in them.

    Raises: as read_frames.
    """
    if is_tiled(path):
        yield from _sheets(path, range(start, ALL if stop is None else stop))
        return
    with _reading(path) as reading:
        if start:
            reading.container.seek(reading.ticks(start), stream=reading.stream)
        for frame in reading.container.decode(reading.stream):
            number = reading.number(frame.pts or 0)
            if stop is not None and number >= stop:
                return
            if number >= start:
                yield reading.picture(frame)


def read_packets(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Packet[VideoStream]]:
    """The same frames, each by itself, as they are coded.

    Raises: as read_frames.
    """
    with _reading(path) as reading:
        if start:
            reading.container.seek(reading.ticks(start), stream=reading.stream)
        for packet in reading.container.demux(reading.stream):
            number = reading.number((packet.dts if packet.pts is None else packet.pts) or 0)
            if stop is not None and number >= stop:
                return
            if packet.size and number >= start:
                yield packet


def pick_frames(path: Path, numbers: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
    """The frames with these ascending numbers; others are passed by without being decoded, for each stands alone.

    Yields, raises: as read_frames.
    """
    wanted = set(numbers)
    if not wanted:
        return
    if is_tiled(path):
        yield from (sheet.frame() for sheet in _sheets(path, wanted))
        return
    with _reading(path) as reading:
        for frame in _only(reading, wanted):
            # decoders that work ahead still hold what followed a still picture
            if reading.number(frame.pts or 0) in wanted:
                yield reading.picture(frame)


def _only(reading: _Reading, wanted: Set[int]) -> Iterator[VideoFrame]:
    """These frames, decoded; what lies before and after them is not read."""
    first, last = min(wanted), max(wanted)
    if first:
        reading.container.seek(reading.ticks(first), stream=reading.stream)
    for packet in reading.container.demux(reading.stream):
        at = packet.pts if packet.pts is not None else packet.dts
        if packet.size and at is not None and reading.number(at) > last:
            break
        if not packet.size or (at is not None and reading.number(at) in wanted):
            yield from packet.decode()
    else:
        return
    yield from reading.stream.decode(None)


def _sheets(path: Path, wanted: Collection[int]) -> Iterator[Sheet]:
    with _damage_told(path):
        yield from read_tiled(path, wanted)


def _frame(found: NDArray[np.uint8] | Sheet) -> NDArray[np.uint8]:
    return found.frame() if isinstance(found, Sheet) else found


@contextmanager
def _reading(path: Path) -> Iterator[_Reading]:
    """The file, open, where its frames begin; its damage is told."""
    with opened(path) as container, _damage_told(path):
        yield _Reading(container, path)


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, FFmpegError, ValueError) as problem:
        cure = "delete it and run again: it is made anew"
        raise StageError(f"an intermediate file is damaged: {problem}", file=path, cure=cure) from None


class _Reading:
    """An open file.

    Attributes:
        container, stream: of it.
    """

    def __init__(self, container: InputContainer, path: Path) -> None:
        self.container, self.stream = container, video_stream(container, path)
        self._per_tick = (self.stream.average_rate or Fraction(1)) * (self.stream.time_base or Fraction(1))
        self._to_rgb, self._planar = ToRgb(), Planar.of(container.metadata)
        if self._planar:
            self.stream.codec_context.options |= SITED

    def number(self, ticks: int) -> int:
        """The frame that shows then."""
        over, under = self._per_tick.as_integer_ratio()
        return (2 * ticks * over + under) // (2 * under)

    def ticks(self, number: int) -> int:
        """When a frame shows."""
        return int(number / self._per_tick)

    def picture(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """What a decoded frame shows, (H, W, C)."""
        if self._planar:
            return self._planar.rgb(frame, self._to_rgb)
        if frame.format.name in ("gbrp", "gbrap"):
            return np.asarray(cv2.merge(planes_of(frame)), np.uint8)
        if frame.format.name == "bgra":
            return np.asarray(frame.to_ndarray(format="rgba"), np.uint8)
        return self._to_rgb(frame, (frame.width, frame.height))


def planes_of(frame: VideoFrame) -> list[NDArray[np.uint8]]:
    """Views of a planar frame's memory, (H, W) each, in the order R, G, B, A."""
    views = []
    for index in RGBA_PLANES[: len(frame.planes)]:
        plane = frame.planes[index]
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload]
        views.append(rows[:, : frame.width])
    return views
