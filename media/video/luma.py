"""A video's luminance, small, frame by frame: all that watching for black, frozen or flickering pictures needs."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from media.files.opening import decode_error, opened, video_stream
from media.video.color import ToRgb

WIDTH = 160
"""Pixels; the height follows the picture's shape."""
_PLANAR = ("yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p", "yuva420p")
_FULL_RANGE = 2


def watched(path: Path, stills: Container[int] = ()) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8] | None]]:
    """Every frame's luminance, (h, WIDTH) uint8 in full range, averaged over areas, in the order of showing; and those
    frames whose numbers are among `stills` as (H, W, 3) uint8 RGB, None for all others.

    Eight-bit planes are taken as they are stored, without converting colours: that takes longer than decoding.

    Raises: InputError if the file cannot be read or decoded.
    """
    to_rgb = ToRgb()
    with opened(path) as container:
        stream = video_stream(container, path)
        try:
            for number, frame in enumerate(container.decode(stream)):
                still = to_rgb(frame, (frame.width, frame.height)) if number in stills else None
                yield _thumbnail(frame), still
        except FFmpegError as problem:
            raise decode_error(problem, path, None) from None


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
