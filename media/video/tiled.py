"""Files of frames of a still picture of which a part moves: the picture, and a sheet (media.video.tiles) a frame.

A head, then as many bytes as a length tells for the picture, as it differs from black, and for each frame; at the end a
length of 0. The file is read as the frames come; those that nobody asks for are passed by.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box
from media.ffmpeg.sink import Sink
from media.files.checks import check_file, check_size
from media.video.tiles import Sheet, Tiles

ALL = sys.maxsize
"""More frames than there are."""
_MAGIC, _HEAD, _LENGTH = b"tiles 1\n", Struct("<8sII"), Struct("<I")


class TiledSink(Sink):
    """Writes such a file.

    Args:
        still: (H, W, 3) uint8 RGB.
    """

    def __init__(self, path: Path, still: NDArray[np.uint8]) -> None:
        self._tiles, black = Tiles(still), Tiles(np.zeros_like(still))
        self._still: bytes | None = black.sheet(still)
        self._head = _HEAD.pack(_MAGIC, still.shape[1], still.shape[0])
        self._file = path.open("wb")

    def prepare(self, image: NDArray[np.uint8], changed: Sequence[Box] | None = None) -> bytes:
        return self._tiles.sheet(image)

    def send(self, prepared: bytes) -> None:
        if self._still is not None:
            self._file.write(self._head)
            self._write(self._still)
            self._still = None
        self._write(prepared)

    def finish(self) -> None:
        self._file.write(_LENGTH.pack(0))
        self._file.close()

    def abort(self) -> None:
        self._file.close()

    def _write(self, sheet: bytes) -> None:
        self._file.write(_LENGTH.pack(len(sheet)))
        self._file.write(sheet)


def is_tiled(path: Path) -> bool:
    """Whether it is such a file, as far as its beginning tells.

    Raises: InputError if there is no file, or none that can be read.
    """
    check_file(path)
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def read_tiled(path: Path, wanted: Collection[int]) -> Iterator[Sheet]:
    """Those of its frames that are there, in order.

    Args:
        wanted: their numbers: a set, or a range, of which the end may lie anywhere.
    Raises:
        InputError: the picture is larger than is allowed.
        ValueError: the file is damaged.
    """
    stop = wanted.stop if isinstance(wanted, range) else max(wanted, default=-1) + 1
    with path.open("rb") as file:
        _, width, height = _HEAD.unpack(_whole(file, _HEAD.size))
        check_size(path, width, height, "its picture")
        black = Tiles(np.zeros((height, width, 3), np.uint8))
        tiles = Tiles(black.read(_whole(file, _length(file, black.most))).frame())
        for number in range(stop):
            length = _length(file, tiles.most)
            if not length:
                return
            if number in wanted:
                yield tiles.read(_whole(file, length))
            else:
                file.seek(length, 1)


def _length(file: BinaryIO, most: int) -> int:
    (length,) = _LENGTH.unpack(_whole(file, _LENGTH.size))
    if length > most:
        raise ValueError(f"a sheet of {length} bytes where {most} are the most")
    return int(length)


def _whole(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) < size:
        raise ValueError("it is cut off")
    return found
