"""A picture as encoders take it, in planes of light and colour, of which only what changes is converted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from foundation.geometry import Box

_HOW = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
"""As media.ffmpeg.argv has it for what ffmpeg converts itself: the samples are the same. Into planes whose colours
alternate, swscale rounds exactly without being told to, in two thirds of the time that it takes when it is."""
_REACH = 8
"""Pixels on every side that count for a sample of colour, at most."""
_BAND, _STEP, _SIZES = 256, 64, 16
"""Rows that are converted at a time, so that little is that has not changed; what a part's width is a multiple of, and
for how many sizes the way is kept, for swscale takes as long to find it as for some forty rows."""


class Planes:
    """The planes of a picture that changes, bt709 in the range of television.

    Args:
        size: (width, height) of the picture, even.
    Attributes:
        samples: of all planes, one after the other, uint8; what is taken next is written into it.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._width, self._height = size
        self._reformatter = lru_cache(_SIZES)(lambda width, height: VideoReformatter())
        whole, quarter = self._width * self._height, self._width * self._height // 4
        self.samples = np.zeros(whole + 2 * quarter, np.uint8)
        light, *colours = np.split(self.samples, [whole, whole + quarter])
        half = self._height // 2, self._width // 2
        self._planes = light.reshape(self._height, self._width), *(plane.reshape(half) for plane in colours)

    def take(self, image: NDArray[np.uint8], changed: Sequence[Box] | None) -> None:
        """Convert a picture.

        Args:
            image: (H, W, 3) uint8 RGB.
            changed: parts outside which it is as the one before; None: there are none.
        """
        image = np.ascontiguousarray(image)  # networks' pictures have their channels outermost
        if changed is None:
            self._convert(image, Box(0, 0, self._width, self._height))
            return
        for part in self._parts([self._concerned(box) for box in changed if box.width and box.height]):
            self._convert(image, part)

    def _concerned(self, box: Box) -> Box:
        """All whose samples, whole ones of colour, differ where this part has changed."""
        low, high = (box.x0 - _REACH, box.y0 - _REACH), (box.x1 + _REACH, box.y1 + _REACH)
        whole = Box(*(at // 2 * 2 for at in low), *(-(-at // 2) * 2 for at in high))
        return whole.clipped(self._width, self._height)

    def _parts(self, boxes: Sequence[Box]) -> Iterator[Box]:
        """What the boxes cover, a band at a time; nothing in two of them."""
        for top in range(0, self._height, _BAND):
            band = Box(0, top, self._width, min(top + _BAND, self._height))
            inside = (box.moved(0, -top).clipped(band.width, band.height) for box in boxes if box.meets(band))
            yield from _apart([box.moved(0, top) for box in inside])

    def _convert(self, image: NDArray[np.uint8], part: Box) -> None:
        left, width = part.x0 - _REACH, -(-(part.width + 2 * _REACH) // _STEP) * _STEP
        around = Box(left, part.y0 - _REACH, left + width, part.y1 + _REACH).clipped(self._width, self._height)
        frame = VideoFrame.from_numpy_buffer(image[around.slices], format="rgb24")
        made = self._reformatter(around.width, around.height).reformat(
            frame,
            format="nv12",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=int(_HOW),
            threads=1,
        )
        inner, halved = part.seen_from(around), _halved(part).slices
        light, colours = (_rows(plane) for plane in made.planes)
        kept, *apart = self._planes
        kept[part.slices] = light[inner.slices]
        pairs = colours.reshape(*colours.shape[:1], -1, 2)[_halved(inner).slices]
        cv2.split(pairs, [plane[halved] for plane in apart])


def _apart(boxes: Sequence[Box]) -> list[Box]:
    """What the boxes cover: those that meet as the one that holds both, so that little is converted twice."""
    apart: list[Box] = []
    for box in boxes:
        joined, rest = box, []
        for other in apart:
            if joined.meets(other):
                joined = joined.around(other)
            else:
                rest.append(other)
        apart = [*rest, joined]
    return apart


def _halved(box: Box) -> Box:
    return Box(box.x0 // 2, box.y0 // 2, box.x1 // 2, box.y1 // 2)


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """A view of a plane's memory, a line each."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload, no-any-return]
