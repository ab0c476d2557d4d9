"""What stands behind performers: a colour, a blurred copy of a picture, a picture or a video. None is distorted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np

from foundation.errors import InputError
from foundation.geometry import Image
from foundation.layout import filling
from media.video.ahead import ahead
from media.video.reader import VideoReader

BLUR = 0.04  # of the longer side
LIGHT = 0.55
RUN_UP = Fraction(1)
"""Seconds that are decoded before the frame that is wanted: what joins two fields sees those before."""
LARGEST = 960
"""Pixels: a backdrop whose longer side is more is blurred at half its size, or less. So blurred, two levels of 255 are
the most that this changes, and a wide kernel's time goes with the cube of the size.
"""


def plain(color: str, size: tuple[int, int]) -> Image:
    """A frame of one colour, "#rrggbb"; `size` is (width, height)."""
    value = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
    return np.full((size[1], size[0], 3), value, np.uint8)


def blurred(picture: Image, size: tuple[int, int]) -> Image:
    """A dark, blurred copy of the picture that fills `size` = (width, height)."""
    by = -(-max(size) // LARGEST)
    small = (-(-size[0] // by), -(-size[1] // by))
    window = filling((picture.shape[1], picture.shape[0]), small)
    filled = cv2.resize(picture[window.slices], small, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(filled, (0, 0), BLUR * max(small))
    dark = np.asarray(np.rint(soft * LIGHT), np.uint8)
    return dark if small == size else np.asarray(cv2.resize(dark, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def filled(picture: Image, size: tuple[int, int]) -> Image:
    """The middle of the picture, as much of it as fills `size` = (width, height)."""
    window = filling((picture.shape[1], picture.shape[0]), size)
    shrinking = window.width > size[0]
    kind = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture[window.slices], size, interpolation=kind), np.uint8)


class VideoBackdrop:
    """A video behind a scene, from its beginning again where it ends. Made for reading forwards.

    Args:
        path: the file.
        start: seconds into it.
        fps: of the result.
        size: (width, height) of the result.
        first: the scene's frame that is asked for first; what lies before it is passed over, not decoded.
    """

    def __init__(self, path: Path, start: Fraction, fps: Fraction, size: tuple[int, int], first: int = 0) -> None:
        self._fps, self._size = fps, size
        self._stream = _frames(path, start, fps, first / fps)  # which does not hold this, so that it goes with it
        self._now = next(self._stream)
        self._next = next(self._stream)
        self._shown: tuple[Fraction, Image] | None = None

    def frame(self, number: int) -> Image:
        """The frame that shows at the middle of the scene's frame `number`, (H, W, 3) uint8 RGB."""
        instant = (number + Fraction(1, 2)) / self._fps
        while self._next[0] <= instant:
            self._now, self._next = self._next, next(self._stream)
        if self._shown is None or self._shown[0] != self._now[0]:
            self._shown = (self._now[0], filled(self._now[1], self._size))
        return self._shown[1]


def _frames(path: Path, start: Fraction, fps: Fraction, wanted: Fraction) -> Iterator[tuple[Fraction, Image]]:
    """Frames with their times since the scene began, without end; those that show well before `wanted` are not."""
    origin, entry, begun = _origin(path, start), max(Fraction(0), wanted - RUN_UP), Fraction(0)
    while True:
        times: list[Fraction] = []
        with (
            VideoReader(path, start=origin + entry if entry else start) as reader,
            closing(ahead(reader)) as frames,
        ):
            head = list(islice(frames, 2))
            if entry and len(head) < 2:  # it ends before, and how long it lasts is still to be seen
                entry = Fraction(0)
                continue
            for seconds, frame in chain(head, frames):
                times = [*times[-1:], seconds - origin]
                yield begun + times[-1], frame
        lasts = times[-1] + ((times[-1] - times[0]) or 1 / fps)
        again = max(1, int((wanted - begun) / lasts))
        begun, entry = begun + again * lasts, Fraction(0)


def _origin(path: Path, start: Fraction) -> Fraction:
    """When the first frame appears, on the file's clock. Raises: InputError if there is none."""
    with VideoReader(path, start=start) as reader:
        for seconds, _ in reader:
            return seconds
    raise InputError(f"shows nothing from {float(start):g} s on", file=path, cure="choose an earlier start")
