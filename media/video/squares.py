"""Squares of small numbers in as few bits as their largest number has, in machine code."""

from __future__ import annotations

from media.video.byte_code import Code
from media.video.byte_values import Byte, Number

SQUARE = 8
"""Numbers a side, a byte each, row by row without gaps."""
BITS = 8
"""The most that a number has. Of so many bits, a square takes so many rows of bytes."""


def pack(code: Code, numbers: Number, target: Number) -> Byte:
    """Write a square's lowest bits, column by column. Gives how many a number has."""
    rows = [code.load(numbers + row * SQUARE, SQUARE) for row in range(SQUARE)]
    some = rows[0]
    for row in rows[1:]:
        some |= row
    wide = some.together().bits()

    def write(bits: int) -> None:
        for byte in range(bits):
            whole = code.zeros(SQUARE)
            for row, shift in _parts(bits, byte):
                whole |= rows[row] << shift
            code.store(whole, target + byte * SQUARE)

    code.cases(wide, BITS + 1, write)
    return wide


def unpack(code: Code, wide: Byte, source: Number, numbers: Number) -> None:
    """Write a square's numbers.

    Args:
        wide: how many bits each has.
        source: where they are.
        numbers: where they go.
    """

    def write(bits: int) -> None:
        rows = [code.zeros(SQUARE)] * SQUARE
        for byte in range(bits):
            whole = code.load(source + byte * SQUARE, SQUARE)
            for row, shift in _parts(bits, byte):
                rows[row] |= whole << -shift
        for row, value in enumerate(rows):
            code.store(value & (1 << bits) - 1, numbers + row * SQUARE)

    code.cases(wide, BITS + 1, write)


def _parts(bits: int, byte: int) -> list[tuple[int, int]]:
    """Which rows have a part in a byte of a column of numbers of so many bits, and by how much it is shifted there."""
    shifts = [(row, row * bits - byte * 8) for row in range(SQUARE)]
    return [(row, shift) for row, shift in shifts if -bits < shift < 8]
