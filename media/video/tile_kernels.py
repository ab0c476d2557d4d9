"""The tiles in which a picture differs from another in few bytes, and back: machine code, compiled when first needed.

Of a tile's numbers (media.video.tile_code) each square keeps the lowest bits (media.video.squares). Other codes take
fewer bytes and many times as long.
"""

from __future__ import annotations

from functools import cache

from foundation.machine_code import NoMachineCodeError
from media.video import squares
from media.video.byte_code import Code, Kernel, compiled
from media.video.byte_values import Number
from media.video.squares import SQUARE
from media.video.tile_code import ASIDE, RAW, TILE, Picture, Tile

SQUARES = RAW // SQUARE**2
"""Of a tile."""
_PACK, _UNPACK = 8, 7
"""Arguments."""


@cache
def compiles() -> bool:
    """Whether this machine takes machine code: a hardened one does not."""
    try:
        kernels()
    except NoMachineCodeError:
        return False
    return True


@cache
def kernels() -> dict[str, Kernel]:
    """What takes addresses and sizes. Pictures are (height, width, 3) bytes, their rows `pitch` bytes apart; `changed`
    has a byte a tile, row by row, 1 where they differ and else 0.

    pack(picture, still, pitch, width, height, changed, widths, bits): writes `changed`, and of each tile that differs,
    a byte a square of how many bits its numbers have, and the bits, RAW bytes at most. Gives the bits' bytes.
    unpack(picture, pitch, width, height, changed, widths, bits): draws the tiles that differ into a picture that has
    all others, and leaves those. Reads as many bits as widths tell, of which none may be above BITS. Gives 0.

    Raises: NoMachineCodeError.
    """
    return compiled({"pack": (_PACK, _pack), "unpack": (_UNPACK, _unpack)})


def _pack(code: Code) -> None:
    picture, still, pitch, width, height, changed, widths, bits = code.given
    one, other = (Picture(at, pitch, width, height, code.room(ASIDE)) for at in (picture, still))
    numbers, to_changed, to_widths, to_bits = code.room(RAW), *map(code.number, (changed, widths, bits))
    with code.loop(_tiles(height)) as down, code.loop(_tiles(width)) as across:
        tile = Tile(code, one, down, across)
        differs = tile.differs(Tile(code, other, down, across))
        code.store(differs.byte(), to_changed.passed(1))
        with differs.holds():
            tile.pack(numbers)
            with code.loop(SQUARES) as square:
                wide = squares.pack(code, numbers + square * SQUARE**2, to_bits.now)
                code.store(wide, to_widths.passed(1))
                to_bits.passed(wide.number() * SQUARE)
    code.give(to_bits.now - bits)


def _unpack(code: Code) -> None:
    picture, pitch, width, height, changed, widths, bits = code.given
    drawn = Picture(picture, pitch, width, height, code.room(ASIDE))
    numbers, from_changed, from_widths, from_bits = code.room(RAW), *map(code.number, (changed, widths, bits))
    with code.loop(_tiles(height)) as down, code.loop(_tiles(width)) as across:
        differs = width.like(0).below(code.byte(from_changed.passed(1)).number())
        with differs.holds():
            with code.loop(SQUARES) as square:
                wide = code.byte(from_widths.passed(1))
                source = from_bits.passed(wide.number() * SQUARE)
                squares.unpack(code, wide, source, numbers + square * SQUARE**2)
            tile = Tile(code, drawn, down, across)
            tile.unpack(numbers)
            tile.put_back()
    code.give(width.like(0))


def _tiles(length: Number) -> Number:
    """That a side of so many pixels has."""
    return length + (TILE - 1) >> TILE.bit_length() - 1
