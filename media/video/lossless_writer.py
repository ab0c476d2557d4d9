"""Frames between stages, written: lossless, every frame a key frame, frame number = timestamp.

MagicYUV in AVI is written by default: several times as fast as FFV1 to encode and to decode, for about half as much
space again. AVI keeps any rate exactly and any frame is one seek away. (Ut Video is slower, and its encoder loses
frames of pure noise.) FFV1 in Matroska is there for archives and for other programs.

Of a still picture a part of which moves, less is kept, and in less time: see media.video.tiled.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foundation.errors import StageError
from foundation.geometry import Box
from media.ffmpeg.sink import Sink
from media.files.checks import file_url
from media.files.opening import opened, video_stream
from media.video.lossless import planes_of, read_packets
from media.video.planar import FORMAT, Planar

LosslessCodec = Literal["magicyuv", "ffv1"]
_CONTAINERS = {"magicyuv": "avi", "ffv1": "matroska"}
_FORMATS = {("magicyuv", 3): "gbrp", ("magicyuv", 4): "gbrap", ("ffv1", 3): "bgr0", ("ffv1", 4): "bgra"}
_OPTIONS = {
    "magicyuv": {"pred": "gradient", "slices": "1", "flags": "+bitexact"},
    "ffv1": {"level": "3", "coder": "rice", "context": "0", "slices": "4", "slicecrc": "1", "flags": "+bitexact"},
}
"""Of ffmpeg's encoders."""
_THREADS = min(4, os.cpu_count() or 1)


class LosslessSink(Sink):
    """Encodes in this process, with PyAV: no child to start for a chunk of a few dozen frames, no pipe to copy through.

    Args:
        path: written at once under this name.
        size: (width, height).
        fps: exact.
        channels: 3 RGB, 4 RGB and alpha.
        planar: the planes that it keeps, of which `size` is; None: it keeps pictures.
        tags: what else the container tells.
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
        self._container.metadata.update({**(tags or {}), **(planar.tags if planar else {})})
        stream = self._container.add_stream(codec, rate=fps, options=_OPTIONS[codec])
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
        cv2.split(image, planes_of(frame))
        return frame

    def send(self, prepared: Any) -> None:
        prepared.pts = self._count
        prepared.time_base = self._stream.codec_context.time_base
        self._count += 1
        self._container.mux(self._stream.encode(prepared))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abort(self) -> None:
        self._container.close()


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
