"""Which way up a video is: the display matrix that phones write instead of turning the pixels."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from numpy.typing import NDArray

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Orientation:
    """What turns stored pixels into the picture as shown: mirrored left to right first, then turned clockwise."""

    degrees: int = 0
    mirrored: bool = False

    @property
    def sideways(self) -> bool:
        return self.degrees in (90, 270)

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) stored -> shown."""
        if self.mirrored:
            image = cv2.flip(image, 1)
        if self.degrees:
            image = cv2.rotate(image, _TURNS[self.degrees])
        return image


def orientation(frame: VideoFrame) -> Orientation:
    """From the display matrix of a decoded frame (ISO/IEC 14496-12, 6.2.2); angles are rounded to quarter turns."""
    matrix = _display_matrix(frame)
    if matrix is None:
        return Orientation()
    a, b, _, c, d, *_ = matrix
    mirrored = a * d - b * c < 0
    angle = math.atan2(-b, -a) if mirrored else math.atan2(b, a)
    return Orientation(degrees=round(math.degrees(angle) / 90) * 90 % 360, mirrored=mirrored)


def _display_matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    try:
        items: list[Any] = list(frame.side_data)
    except ValueError:  # side data of a kind that PyAV has no name for
        return None
    for item in items:
        if item.type == Type.DISPLAYMATRIX:
            return struct.unpack("=9i", bytes(item)[:36])
    return None


def display_size(width: int, height: int, sar: Fraction, way: Orientation) -> tuple[int, int]:
    """Width and height as shown, in square pixels: the short side of the pixel is stretched, so nothing is lost."""
    if sar > 1:
        width = round(width * sar)
    elif sar < 1:
        height = round(height / sar)
    return (height, width) if way.sideways else (width, height)
