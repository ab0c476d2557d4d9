"""Frames of one still picture of which a part moves: only the tiles that differ from it are kept.

A frame is kept as a sheet: a bit a tile, row by row, 1 where it differs; of each that does, half a byte a square of how
many bits its numbers have; and those bits (media.video.tile_kernels).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box
from media.video.squares import BITS, SQUARE
from media.video.tile_code import COLORS, RAW, TILE
from media.video.tile_kernels import SQUARES, kernels

Image = NDArray[np.uint8]
Part = tuple[slice, slice]
_BAND = 16
"""Rows of tiles that are told as one box where frames differ."""


class Tiles:
    """The way from frames to sheets and back.

    Args:
        still: (H, W, 3) uint8 RGB, the picture; nobody writes there any more.
    Attributes:
        shape: its.
        most: bytes of a sheet, at most.
    Raises:
        ValueError: it is another kind of array.
    """

    def __init__(self, still: Image) -> None:
        if still.ndim != COLORS or still.shape[2] != COLORS or still.dtype != np.uint8 or not still.size:
            raise ValueError(f"a picture is {still.shape} {still.dtype}, not (height, width, 3) uint8")
        self.shape = still.shape
        self._still = np.ascontiguousarray(still)
        self._height, self._width = still.shape[:2]
        self._down, self._across = -(-self._height // TILE), -(-self._width // TILE)
        tiles = self._down * self._across
        self._head = -(-tiles // 8)
        self.most = self._head + tiles * (SQUARES // 2 + RAW)
        self._changed = np.empty((self._down, self._across), np.uint8)
        self._widths, self._bits = np.empty(tiles * SQUARES, np.uint8), np.empty(tiles * RAW, np.uint8)

    def sheet(self, frame: Image) -> bytes:
        """What differs in a frame, (H, W, 3)."""
        if frame.shape != self.shape or frame.dtype != np.uint8:
            raise ValueError(f"a frame is {frame.shape} {frame.dtype}, not {self.shape} uint8")
        given = np.ascontiguousarray(frame)
        places = self._changed, self._widths, self._bits
        at = [array.ctypes.data for array in (given, self._still, *places)]
        size = kernels()["pack"](*at[:2], given.strides[0], self._width, self._height, *at[2:])
        widths = self._widths[: SQUARES * np.count_nonzero(self._changed)]
        halves = widths[::2] | widths[1::2] << 4
        return b"".join((np.packbits(self._changed).data, halves.data, self._bits[:size].data))

    def read(self, sheet: bytes) -> Sheet:
        """What a sheet tells.

        Raises:
            ValueError: it was made of none of this picture.
        """
        told = np.frombuffer(sheet, np.uint8)
        if len(told) < self._head:
            raise ValueError("a sheet of another picture")
        bits = np.unpackbits(told[: self._head], count=self._down * self._across)
        start = self._head + SQUARES // 2 * int(np.count_nonzero(bits))
        halves = told[self._head : start]
        widths = np.column_stack((halves & 15, halves >> 4)).reshape(-1)
        if widths.max(initial=0) > BITS or len(told) != start + SQUARE * int(widths.sum(dtype=np.int64)):
            raise ValueError("a sheet with other tiles than it tells")
        return Sheet(self, bits.reshape(self._down, self._across).astype(bool), widths, told[start:])

    def turn(self, image: Image, sheet: Sheet, shown: Sheet | None) -> list[Box] | None:
        """As Sheet.onto."""
        if image.shape != self.shape or image.dtype != np.uint8 or image.strides[1:] != (COLORS, 1):
            raise ValueError(f"frames of {self.shape} uint8 are drawn into {image.shape} {image.dtype}")
        if shown is None or shown.tiles is not self:
            np.copyto(image, self._still)
        else:
            for area in self._runs(shown.changed & ~sheet.changed):
                image[area] = self._still[area]
        at = [array.ctypes.data for array in (image, sheet.changed, sheet.widths, sheet.bits)]
        kernels()["unpack"](at[0], image.strides[0], self._width, self._height, *at[1:])
        return None if shown is None or shown.tiles is not self else self._boxes(shown.changed | sheet.changed)

    def _boxes(self, tiles: NDArray[np.bool_]) -> list[Box]:
        """Where these are, a few rows of them at a time."""
        boxes = []
        for top in range(0, self._down, _BAND):
            band = tiles[top : top + _BAND]
            rows, columns = np.nonzero(band.any(axis=1))[0], np.nonzero(band.any(axis=0))[0]
            if len(rows):
                low, high = (columns[0], top + rows[0]), (columns[-1] + 1, top + rows[-1] + 1)
                box = Box(*(int(at) * TILE for at in (*low, *high)))
                boxes.append(box.clipped(self._width, self._height))
        return boxes

    def _runs(self, changed: NDArray[np.bool_]) -> Iterator[Part]:
        """Neighbours in a row that differ, where they lie in the frame."""
        for row, start, stop in _neighbours(changed):
            top, right = row * TILE, min(stop * TILE, self._width)
            yield slice(top, min(top + TILE, self._height)), slice(start * TILE, right)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A frame, as a file keeps it.

    Attributes:
        tiles: of its still picture.
        changed: (tiles down, tiles across) where the frame differs from the picture.
        widths, bits: of those tiles, as the kernels take them.
    """

    tiles: Tiles
    changed: NDArray[np.bool_]
    widths: NDArray[np.uint8]
    bits: NDArray[np.uint8]

    def frame(self) -> Image:
        """(H, W, 3)."""
        image = np.empty(self.tiles.shape, np.uint8)
        self.onto(image, None)
        return image

    def onto(self, image: Image, shown: Sheet | None) -> list[Box] | None:
        """Draw the frame.

        Args:
            image: (H, W, 3) uint8 where; a row's pixels without gaps.
            shown: the frame that stands there, to the pixel; None: anything does.
        Returns:
            outside which parts that frame is this one; None: nobody knows.
        """
        return self.tiles.turn(image, self, shown)


def _neighbours(changed: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Tiles that differ side by side: their row, the first column, and the one after the last."""
    edged = np.zeros((changed.shape[0], changed.shape[1] + 2), np.int8)
    edged[:, 1:-1] = changed
    steps = edged[:, 1:] - edged[:, :-1]
    (rows, starts), (_, stops) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    return zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True)
