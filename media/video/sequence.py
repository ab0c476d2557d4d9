"""Frames of files that FrameWriter wrote, read in another order than one file's own: across files, or to and fro."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box
from media.video.ahead import ahead
from media.video.lossless import read_sheets
from media.video.tiles import Sheet

Image = NDArray[np.uint8]
Item = TypeVar("Item")
_RUN = 16
"""Frames held at once where they are read against their order."""


@dataclass
class Screen:
    """Where frames of a sequence are shown, one after the other.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, of the frames' size; nobody else writes there.
        shown: the frame that stands there, where it is known as what differs from a still picture.
    """

    pixels: Image
    shown: Sheet | None = None


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
        self._stream: Iterator[Image | Sheet] = iter(())
        self._next = -1
        self._last: tuple[int, Image | Sheet] | None = None

    def clamped(self, index: int) -> int:
        """The frame that asking for `index` gives."""
        return min(index, self._frames - 1)

    def __getitem__(self, index: int) -> Image:
        """(H, W, 3) uint8 RGB, read-only by convention."""
        found = self._found(index)
        if isinstance(found, Sheet):
            found = found.frame()
            self._last = (self.clamped(index), found)
        return found

    def show(self, index: int, screen: Screen) -> list[Box] | None:
        """Show a frame; outside which parts it is as what the screen showed before; None: nobody knows."""
        found, before = self._found(index), screen.shown
        if isinstance(found, Sheet):
            screen.shown = found
            return found.onto(screen.pixels, before)
        np.copyto(screen.pixels, found)
        screen.shown = None
        return None

    def _found(self, index: int) -> Image | Sheet:
        index = self.clamped(index)
        if self._last is None or self._last[0] != index:
            self._last = (index, self._read(index))
        return self._last[1]

    def _read(self, index: int) -> Image | Sheet:
        if self._next != index or index in self._starts:
            chunk = bisect_right(self._starts, index) - 1
            self._stream = ahead(read_sheets(self._paths[chunk], start=index - self._starts[chunk]))
        self._next = index + 1
        return next(self._stream)


def in_order(read: Callable[[int, int], Iterator[Item]], order: Sequence[int]) -> Iterator[Item]:
    """The frames of one file in any order, repeats included; forward runs are streamed, others read in short blocks.

    Args:
        read: gives those from one number up to another, such as read_frames or read_packets of the file.
        order: frame numbers.
    """
    at = 0
    while at < len(order):
        end = _run_end(order, at)
        low, high = min(order[at], order[end - 1]), max(order[at], order[end - 1])
        if order[end - 1] >= order[at]:
            yield from _repeated(read(low, high + 1), order[at:end])
        else:
            block = dict(enumerate(read(low, high + 1), low))
            yield from (block[number] for number in order[at:end])
        at = end


def _run_end(order: Sequence[int], at: int) -> int:
    """Where the run that begins at `at` ends: forward as far as it goes, backward at most _RUN frames."""
    end = at + 1
    while end < len(order) and order[end] >= order[end - 1]:
        end += 1
    if end - at > 1:
        return end
    while end < len(order) and order[end] < order[end - 1] and order[at] - order[end] < _RUN:
        end += 1
    return end


def _repeated(frames: Iterator[Item], ascending: Sequence[int]) -> Iterator[Item]:
    """From frames that begin with number ascending[0], those that are wanted."""
    number, image = ascending[0], next(frames)
    for wanted in ascending:
        while number < wanted:
            number, image = number + 1, next(frames)
        yield image
