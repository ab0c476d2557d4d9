"""Frames between stages: lossless, every frame a key frame, frame number = timestamp.

MagicYUV in AVI is written by default: several times as fast as FFV1 to encode and to decode, for about half as much
space again. AVI keeps any rate exactly and any frame is one seek away. (Ut Video is slower, and its encoder loses
frames of pure noise.) FFV1 in Matroska is there for archives and for other programs.

Of a still picture a part of which moves, less is kept: see media.video.tiled.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foundation.errors import StageError
from foundation.geometry import Box
from media.ffmpeg.sink import Sink
from media.files.checks import file_url
from media.files.opening import opened, video_stream
from media.video.color import ToRgb
from media.video.planar import FORMAT, SITED, Planar
from media.video.tiles import TAG, Sheet, Tiles

LosslessCodec = Literal["magicyuv", "ffv1"]


_CONTAINERS = {"magicyuv": "avi", "ffv1": "matroska"}
_FORMATS = {("magicyuv", 3): "gbrp", ("magicyuv", 4): "gbrap", ("ffv1", 3): "bgr0", ("ffv1", 4): "bgra"}
OPTIONS = {
    "magicyuv": {"pred": "gradient", "slices": "1", "flags": "+bitexact"},
    "ffv1": {"level": "3", "coder": "rice", "context": "0", "slices": "4", "slicecrc": "1", "flags": "+bitexact"},
}
"""Of ffmpeg's encoders."""
_RGBA_PLANES = (2, 0, 1, 3)  # where red, green, blue and alpha lie in planar formats, whose order is G, B, R, A
_THREADS = min(4, os.cpu_count() or 1)


class LosslessSink(Sink):
    """Encodes in this process, with PyAV: no child to start for a chunk of a few dozen frames, no pipe to copy through.

    Args:
        path: written at once under this name.
        size: (width, height).
        fps: exact.
        channels: 3 RGB, 4 RGB and alpha.
        planar: frames come as planes of this kind, of `size`; None: as pictures.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        fps: Fraction,
        codec: LosslessCodec,
        channels: int = 3,
        planar: Planar | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._count = 0
        self._format = FORMAT if planar else _FORMATS[codec, channels]
        self._container = av.open(
            file_url(path), "w", format=_CONTAINERS[codec], container_options={"fflags": "+bitexact"}
        )
        self._container.metadata.update((planar.tags if planar else tags) or {})
        stream = self._container.add_stream(codec, rate=fps, options=OPTIONS[codec])
        if not isinstance(stream, VideoStream):
            raise StageError(f"PyAV has no video encoder {codec}", cure="pip install --upgrade av")
        stream.width, stream.height = size
        stream.pix_fmt = self._format
        stream.gop_size = 1
        stream.thread_count = _THREADS
        stream.codec_context.time_base = 1 / fps
        self._stream = stream

    def prepare(self, image: NDArray[np.uint8], changed: Sequence[Box] | None = None) -> VideoFrame:
        if not self._format.startswith("gb"):
            packed = VideoFrame.from_ndarray(image, format="rgb24" if image.shape[2] == 3 else "rgba")
            return packed.reformat(format=self._format)
        frame = VideoFrame(image.shape[1], image.shape[0], self._format)
        cv2.split(image, _planes(frame))
        return frame

    def send(self, prepared: Any) -> None:
        prepared.pts = self._count
        prepared.time_base = self._stream.codec_context.time_base
        self._count += 1
        self._container.mux(self._coded(prepared))

    def _coded(self, frame: VideoFrame) -> list[Packet[VideoStream]]:
        return self._stream.encode(frame)

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abort(self) -> None:
        self._container.close()


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


def join_frames(sources: Sequence[Path], target: Path, fps: Fraction) -> int:
    """Write the frames of several files that FrameWriter wrote alike, one after the other, as one: packets are copied.

    Args:
        fps: of them all.
    Returns:
        how many frames there are.
    Raises:
        InputError: a file is missing or no video.
    """
    return copy_frames(chain.from_iterable(map(read_packets, sources)), sources[0], target, fps)


def copy_frames(packets: Iterable[Packet[VideoStream]], like: Path, target: Path, fps: Fraction) -> int:
    """Write frames as they are coded, whatever times they tell. One may come again and again.

    Args:
        packets: of files that FrameWriter wrote alike.
        like: one of the files.
        fps: of the new file.
    Returns:
        how many frames there are.
    """
    count, url, options = 0, file_url(target), {"fflags": "+bitexact"}
    with opened(like) as one, av.open(url, "w", format=_CONTAINERS["magicyuv"], container_options=options) as out:
        out.metadata.update(one.metadata)
        stream = out.add_stream_from_template(video_stream(one, like))
        for packet in packets:
            packet.stream, packet.time_base = stream, 1 / fps
            packet.pts = packet.dts = count
            out.mux(packet)
            count += 1
    return count


def _planes(frame: VideoFrame) -> list[NDArray[np.uint8]]:
    """Views of a planar frame's memory, (H, W) each, in the order R, G, B, A."""
    views = []
    for index in _RGBA_PLANES[: len(frame.planes)]:
        plane = frame.planes[index]
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload]
        views.append(rows[:, : frame.width])
    return views


def pick_frames(path: Path, numbers: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
    """The frames with these ascending numbers; others are passed by without being decoded, for each stands alone.

    Yields, raises: as read_frames.
    """
    wanted = set(numbers)
    if not wanted:
        return
    with _reading(path) as reading:
        for packet in reading.container.demux(reading.stream):
            at = packet.pts if packet.pts is not None else packet.dts
            if packet.size and (at is None or reading.number(at) not in wanted):
                continue
            for frame in packet.decode():
                # decoders that work ahead still hold what followed a still picture
                if reading.number(frame.pts or 0) in wanted:
                    yield _frame(reading.picture(frame))


def _frame(found: NDArray[np.uint8] | Sheet) -> NDArray[np.uint8]:
    return found.frame() if isinstance(found, Sheet) else found


@contextmanager
def _reading(path: Path) -> Iterator[_Reading]:
    """The file, open, where its frames begin; its damage is told."""
    with opened(path) as container:
        try:
            yield _Reading(container, path)
        except (FFmpegError, ValueError, StopIteration) as problem:
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
        tiled = container.metadata.get("comment") == TAG
        self._tiles = Tiles(self._pixels(next(container.decode(self.stream)))) if tiled else None

    def number(self, ticks: int) -> int:
        """The frame that shows then; -1: the still picture itself."""
        return round(ticks * self._per_tick) - bool(self._tiles)

    def ticks(self, number: int) -> int:
        """When a frame shows."""
        return int((number + bool(self._tiles)) / self._per_tick)

    def picture(self, frame: VideoFrame) -> NDArray[np.uint8] | Sheet:
        """What a decoded frame shows."""
        pixels = self._pixels(frame)
        return self._tiles.read(pixels) if self._tiles else pixels

    def _pixels(self, frame: VideoFrame) -> NDArray[np.uint8]:
        if self._planar:
            return self._planar.rgb(frame, self._to_rgb)
        if frame.format.name in ("gbrp", "gbrap"):
            return np.asarray(cv2.merge(_planes(frame)), np.uint8)
        if frame.format.name == "bgra":
            return np.asarray(frame.to_ndarray(format="rgba"), np.uint8)
        return self._to_rgb(frame, (frame.width, frame.height))
