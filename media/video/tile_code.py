"""A tile of a picture as small numbers and back, in machine code.

A number tells by how much a pixel differs from what those to its left and above let expect (left + above - above left;
outside the picture all is 0), of red and blue without what green differs. Small ones of either sign are small numbers:
0, -1, 1, -2, 2...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media.video.byte_code import Code
from media.video.byte_values import Flag, Number, Row
from media.video.squares import SQUARE

TILE = 16
"""Pixels a side. Of a performer's frames 33 % of the pixels differ, 44 % of the tiles of 8, 47 % of 16, 51 % of 32;
smaller ones take longer to lay out than they save."""
COLORS = 3
RAW = TILE * TILE * COLORS
"""Bytes of a tile's pixels, and its numbers."""
_PITCH = 64
ASIDE = _PITCH * (TILE + 1)
"""Bytes of a tile at the edge with what lies above it and to its left, where it is set aside."""
_HALVES = TILE // SQUARE
_AHEAD = 256
"""Bytes: of what is so far ahead, pixels are fetched in time. A tile's rows lie too far from one another for processors
to guess what comes next; without, comparing takes half as long again."""


@dataclass(frozen=True)
class Picture:
    """Where a picture lies: its address, bytes from row to row, sides in pixels; and a room of ASIDE bytes."""

    address: Number
    pitch: Number
    width: Number
    height: Number
    aside: Number


class Tile:
    """A tile of a picture, where it lies, or if it is at the edge, set aside.

    Args:
        picture: of which it is one; there is one tile of it at a time.
        down, across: its number.
    """

    def __init__(self, code: Code, picture: Picture, down: Number, across: Number) -> None:
        self._code, self._aside, self._pitch = code, picture.aside, picture.pitch
        y, x = down * TILE, across * TILE
        self._there = picture.address + y * picture.pitch + x * COLORS
        self._rows, self._bytes = (picture.height - y).at_most(TILE), (picture.width - x).at_most(TILE) * COLORS
        zero = down.like(0)
        inside = zero.below(down) & zero.below(across)
        inside &= zero.like(TILE - 1).below(self._rows) & zero.like(TILE * COLORS - 1).below(self._bytes)
        self._edge = ~inside
        with self._edge.holds():
            self._set_aside(down, across)
        self._at = inside.choose(self._there, picture.aside + (_PITCH + COLORS))
        self._step = inside.choose(picture.pitch, zero.like(_PITCH))

    def _set_aside(self, down: Number, across: Number) -> None:
        code = self._code
        with code.loop(ASIDE // TILE) as part:
            code.store(code.zeros(TILE), self._aside + part * TILE)
        above, left = down.at_most(1), across.at_most(1) * COLORS
        source = self._there - above * self._pitch - left
        target = self._aside + (_PITCH + COLORS) - above * _PITCH - left
        self._copy((source, self._pitch), (target, down.like(_PITCH)), (self._rows + above, self._bytes + left))

    def put_back(self) -> None:
        """Lay what was set aside, and drawn there, into the picture."""
        with self._edge.holds():
            self._copy((self._at, self._step), (self._there, self._pitch), (self._rows, self._bytes))

    def _copy(self, source: tuple[Number, Number], target: tuple[Number, Number], size: tuple[Number, Number]) -> None:
        """Rows of bytes. `source`, `target`: address, and bytes from row to row; `size`: rows, and bytes of each."""
        code = self._code
        with code.loop(size[0]) as row, code.loop(size[1]) as at:
            code.store(code.byte(source[0] + row * source[1] + at), target[0] + row * target[1] + at)

    def differs(self, other: Tile) -> Flag:
        """Whether any byte does."""
        found = self._code.row(self._code.zeros(TILE))
        with self._code.loop(TILE) as row:
            for tile in (self, other):
                self._code.expect(tile._at + row * tile._step + _AHEAD)
            for one, two in zip(self._pixels(row), other._pixels(row), strict=True):
                found.replaced(found.now | one ^ two)
        return self._rows.like(0).below(found.now.together().number())

    def pack(self, numbers: Number) -> None:
        """Write its numbers, square by square."""
        code = self._code
        above = [code.row(steps) for steps in self._steps(self._rows.like(-1))]
        with code.loop(TILE) as row:
            pairs = zip(self._steps(row), above, strict=True)
            red, green, blue = (steps - before.replaced(steps) for steps, before in pairs)
            for color, value in enumerate((red - green, green, blue - green)):
                small = value + value ^ value.signs()
                for half in range(_HALVES):
                    lanes = range(half * SQUARE, (half + 1) * SQUARE)
                    code.store(small.lanes(small, lanes), _part(numbers, color, row, half))

    def unpack(self, numbers: Number) -> None:
        """Draw it by its numbers. What lies above it and to its left must be there."""
        code = self._code
        above = [code.row(steps) for steps in self._steps(self._rows.like(-1))]
        with code.loop(TILE) as row:
            at = self._at + row * self._step
            red, green, blue = (self._signed(numbers, color, row) for color in range(COLORS))
            found = []
            for color, (value, before) in enumerate(zip((red + green, green, blue + green), above, strict=True)):
                before.replaced(steps := value + before.now)
                found.append(_summed(steps) + steps.filled(code.byte(at + (color - COLORS))))
            for part, pixels in enumerate(_joined(found)):
                code.store(pixels, at + part * TILE)

    def _pixels(self, row: Number, back: int = 0) -> list[Row]:
        """A row's, or those `back` before them."""
        at = self._at + row * self._step - back * COLORS
        return [self._code.load(at + part * TILE, TILE) for part in range(COLORS)]

    def _steps(self, row: Number) -> list[Row]:
        """By how much each pixel differs from the one to its left, color by color."""
        return _parted([one - left for one, left in zip(self._pixels(row), self._pixels(row, 1), strict=True)])

    def _signed(self, numbers: Number, color: int, row: Number) -> Row:
        """A row of one color's numbers, with their signs."""
        left, right = (self._code.load(_part(numbers, color, row, half), SQUARE) for half in range(_HALVES))
        small = left.lanes(right, range(TILE))
        return (small << -1) ^ (small.like(0) - (small & 1))


def _part(numbers: Number, color: int, row: Number, half: int) -> Number:
    """Where a part of a tile's row lies in its square: of a color the upper left one is first, then its neighbour."""
    down, inside = (row >> SQUARE.bit_length() - 1) * (SQUARE * TILE), (row & SQUARE - 1) * SQUARE
    return numbers + (color * TILE * TILE + half * SQUARE**2) + down + inside


def _parted(pixels: Sequence[Row]) -> list[Row]:
    """Rows of one color each, of pixels."""
    rows = []
    for color in range(COLORS):
        places = [pixel * COLORS + color for pixel in range(TILE)]
        two = pixels[0].lanes(pixels[1], [min(place, 2 * TILE - 1) for place in places])
        last = [pixel if place < 2 * TILE else place - TILE for pixel, place in enumerate(places)]
        rows.append(two.lanes(pixels[2], last))
    return rows


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Pixels, of rows of one color each."""
    parts = []
    for part in range(COLORS):
        places = [divmod(part * TILE + lane, COLORS) for lane in range(TILE)]
        two = rows[0].lanes(rows[1], [pixel + TILE * (color == 1) for pixel, color in places])
        last = [TILE + pixel if color == COLORS - 1 else lane for lane, (pixel, color) in enumerate(places)]
        parts.append(two.lanes(rows[2], last))
    return parts


def _summed(steps: Row) -> Row:
    """Each byte with all before it."""
    reach = 1
    while reach < TILE:
        steps += steps.lanes(steps.like(0), [lane - reach if lane >= reach else TILE for lane in range(TILE)])
        reach *= 2
    return steps
