"""A video's luminance, small, frame by frame: all that watching for black, frozen or flickering pictures needs."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media.files.opening import decode_error, opened, video_stream
from media.video.color import ToRgb

WIDTH = 160
"""Pixels; the height follows the picture's shape."""
_PLANAR = ("yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p", "yuva420p")
_FULL_RANGE = 2


@dataclass(frozen=True)
class Part:
    """Frames of a video that keeps its rate.

    Attributes:
        start: the first.
        stop: the first after them; None: they go on to its end.
        fps: frames a second.
    """

    start: int
    stop: int | None
    fps: Fraction


def watched(
    path: Path, stills: Container[int] = (), part: Part | None = None
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8] | None]]:
    """Every frame's luminance, (h, WIDTH) uint8 in full range, averaged over areas, in the order of showing; and those
    frames whose numbers are among `stills` as (H, W, 3) uint8 RGB, None for all others. Of a `part`, what lies in it:
    where it begins with a key frame, nothing before is decoded.

    Eight-bit planes are taken as they are stored, without converting colours: that takes longer than decoding.

    Raises: InputError if the file cannot be read or decoded.
    """
    to_rgb = ToRgb()
    with opened(path) as container:
        stream = video_stream(container, path)
        try:
            for number, frame in _numbered(container, stream, part):
                still = to_rgb(frame, (frame.width, frame.height)) if number in stills else None
                yield _thumbnail(frame), still
        except FFmpegError as problem:
            raise decode_error(problem, path, None) from None


def _numbered(container: InputContainer, stream: VideoStream, part: Part | None) -> Iterator[tuple[int, VideoFrame]]:
    """Frames as they come, or those of the part, told by their times."""
    if part is None:
        yield from enumerate(container.decode(stream))
        return
    first, ticks = stream.start_time or 0, 1 / (part.fps * Fraction(stream.time_base or 1))
    if part.start:
        container.seek(first + round((part.start + Fraction(1, 2)) * ticks), stream=stream)
    for frame in container.decode(stream):
        number = round(((frame.pts or 0) - first) / ticks)
        if part.stop is not None and number >= part.stop:
            return
        if number >= part.start:
            yield number, frame


def _thumbnail(frame: VideoFrame) -> NDArray[np.uint8]:
    height = max(2, round(frame.height * WIDTH / frame.width))
    if frame.format.name not in _PLANAR:
        grey = frame.reformat(format="gray", dst_color_range=_FULL_RANGE).to_ndarray()
        return np.asarray(cv2.resize(grey, (WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    small = cv2.resize(rows[: frame.height, : frame.width], (WIDTH, height), interpolation=cv2.INTER_AREA)
    if frame.format.name.startswith("yuvj") or frame.color_range == _FULL_RANGE:
        return np.asarray(small, np.uint8)
    return np.asarray(cv2.convertScaleAbs(np.maximum(small, 16) - 16, alpha=255 / 219), np.uint8)
