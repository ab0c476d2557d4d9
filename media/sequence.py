"""Frames that lie in several files one after the other, read as one sequence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.ahead import ahead
from media.reader import read_frames

Image = NDArray[np.uint8]


class FrameSequence:
    """Random access to a sequence kept in chunks; forward reading is streaming, one frame is held.

    Args:
        chunks: (first frame's number, file), ascending, without gaps.
        frames: how many frames there are in all; asking for one past the end gives the last.
    """

    def __init__(self, chunks: list[tuple[int, Path]], frames: int) -> None:
        self._starts = [start for start, _ in chunks]
        self._paths = [path for _, path in chunks]
        self._frames = frames
        self._stream: Iterator[Image] = iter(())
        self._next = -1
        self._last: tuple[int, Image] | None = None

    def clamped(self, index: int) -> int:
        """The frame that asking for `index` gives."""
        return min(index, self._frames - 1)

    def __getitem__(self, index: int) -> Image:
        """(H, W, 3) uint8 RGB, read-only by convention."""
        index = self.clamped(index)
        if self._last is None or self._last[0] != index:
            self._last = (index, self._read(index))
        return self._last[1]

    def _read(self, index: int) -> Image:
        if self._next != index or index in self._starts:
            chunk = bisect_right(self._starts, index) - 1
            self._stream = ahead(read_frames(self._paths[chunk], start=index - self._starts[chunk]))
        self._next = index + 1
        return next(self._stream)
