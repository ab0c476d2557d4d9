"""Arrays on disk that are written and read a block of rows at a time: memory does not grow with the clip."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

BLOCK = 256
"""Rows handled at once."""
HELD = 1 << 18
"""Bytes read at once where rows are asked for one by one."""


@dataclass(frozen=True)
class Blocks:
    """An array that is not made yet.

    Attributes:
        dtype: what it is stored as.
        make: starts making its rows anew, block by block, in order.
    """

    dtype: type[np.generic]
    make: Callable[[], Iterator[NDArray[Any]]]

    def whole(self) -> NDArray[Any]:
        """All rows in memory: for short clips and tests."""
        return np.concatenate(list(self.make())).astype(self.dtype)


class NpyWriter:
    """Appends rows to a .npy file (NEP 1); `close` states how many there are.

    Args:
        path: the file.
        dtype: what the rows are stored as.
    """

    def __init__(self, path: Path, dtype: type[np.generic]) -> None:
        self._file: BinaryIO = path.open("wb")
        self._dtype = np.dtype(dtype)
        self._row: tuple[int, ...] | None = None
        self.rows = 0

    def append(self, rows: NDArray[Any]) -> None:
        """Add (n, ...) rows, each of the shape of the first."""
        if self._row is None:
            self._row = rows.shape[1:]
            self._header()
        if rows.shape[1:] != self._row:
            raise ValueError(f"a row has the shape {self._row}, not {rows.shape[1:]}")
        self._file.write(np.ascontiguousarray(rows, self._dtype).tobytes())
        self.rows += len(rows)

    def close(self) -> None:
        """Complete the file. NumPy leaves room in a header for the first axis to grow, so it is rewritten in place."""
        if not self._file.closed:
            self._file.seek(0)
            self._header()
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _header(self) -> None:
        about = {
            "descr": npy.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.rows, *(self._row or ())),
        }
        npy.write_array_header_1_0(self._file, about)


class Rows:
    """A .npy file as a sequence of rows. Indexing copies what is asked for; no more than HELD bytes stay in memory.

    Args:
        part: only these of its rows, one after the other.
    Attributes:
        shape, dtype: of the whole array, or of the part.
    """

    def __init__(self, path: Path, part: slice | None = None) -> None:
        self._path = path
        mapped = self._mapped()
        self._part = range(len(mapped))[part or slice(None)]
        self._begin = int(mapped.offset)
        self.shape: tuple[int, ...] = (len(self._part), *mapped.shape[1:])
        self.dtype = mapped.dtype
        self._held: tuple[int, NDArray[np.generic]] | None = None

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> NDArray[Any]:
        """As an array's, always a copy."""
        if isinstance(index, int | np.integer):
            return self._row(self._part[int(index)])
        rows = self._part[index] if isinstance(index, slice) else None
        if rows is not None and rows.step == 1:
            return self._run(rows.start, len(rows))
        return np.array(self._mapped()[self._part.start : self._part.stop][index])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        whole = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def blocks(self) -> Iterator[NDArray[Any]]:
        """The rows in order, BLOCK at a time."""
        for start in range(0, len(self), BLOCK):
            yield self[start : start + BLOCK]

    def _row(self, number: int) -> NDArray[np.generic]:
        """One row of the file, out of the block it lies in: opening a file takes longer than reading a block."""
        count = max(1, HELD // max(1, math.prod(self.shape[1:]) * self.dtype.itemsize))
        block, held = number // count, self._held
        if held is None or held[0] != block:
            first = block * count
            held = self._held = block, self._run(first, min(count, self._part.stop - first))
        return np.array(held[1][number - block * count])

    def _run(self, first: int, count: int) -> NDArray[Any]:
        """`count` rows of the file from row `first` on, read: for a few rows several times as fast as a mapping."""
        row = math.prod(self.shape[1:])
        begin = self._begin + first * row * self.dtype.itemsize
        return np.fromfile(self._path, self.dtype, count * row, offset=begin).reshape(count, *self.shape[1:])

    def _mapped(self) -> np.memmap[Any, Any]:
        """Opened anew each time: pages that were read are let go with the mapping."""
        return np.lib.format.open_memmap(self._path, mode="r")
