"""Frames of a still picture of which a part moves, without loss: the file holds the picture, and then a sheet a frame.

Sheets differ in size, which MagicYUV's packets tell each for itself. The file's comment says what it is, and
media.video.lossless reads it like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foundation.geometry import Box
from media.video.form import Form
from media.video.lossless_writer import OPTIONS, LosslessSink
from media.video.tiles import Tiles


class TiledSink(LosslessSink):
    """Writes a still picture a part of which moves: the picture, then a sheet a frame.

    Args:
        still: (H, W, C).
    """

    def __init__(self, path: Path, still: NDArray[np.uint8], fps: Fraction) -> None:
        size, channels = (still.shape[1], still.shape[0]), still.shape[2]
        super().__init__(path, size=size, fps=fps, codec="magicyuv", channels=channels, form=Form(tiled=True))
        self._tiles, self._fps = Tiles(still), fps
        self._coder = _coder(*size, self._format, fps)
        self.send(super().prepare(still))

    def prepare(self, image: NDArray[np.uint8], changed: Sequence[Box] | None = None) -> VideoFrame:
        return super().prepare(self._tiles.sheet(image))

    def _coded(self, frame: VideoFrame) -> list[Packet[VideoStream]]:
        """By an encoder of the frame's size."""
        if (self._coder.width, self._coder.height) != (frame.width, frame.height):
            self._coder = _coder(frame.width, frame.height, self._format, self._fps)
        packets = self._coder.encode(frame)
        for packet in packets:
            packet.stream = self._stream
        return packets


def _coder(width: int, height: int, pixels: str, fps: Fraction) -> VideoCodecContext:
    """MagicYUV's encoder, which gives a packet at once: each frame stands alone."""
    coder = CodecContext.create("magicyuv", "w")
    assert isinstance(coder, VideoCodecContext)  # noqa: S101  (it encodes pictures)
    coder.width, coder.height, coder.pix_fmt, coder.time_base = width, height, pixels, 1 / fps
    coder.options, coder.thread_count = OPTIONS["magicyuv"], 1
    return coder
