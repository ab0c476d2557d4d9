"""The transforms before and behind the products of Winograd's convolutions.

Pictures are (height, width, channels). A tile of outputs comes from a tile of inputs that reaches one further on every
side; tile rows are independent, so strips of them go to different threads, and the result does not depend on how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from networks.kernels.emit import Emitter, Int, Vec
from networks.kernels.forms import Form, Line

AHEAD = 32  # floats: so far ahead the lines of all streams are fetched, more than the processor does by itself
INPUT_ARGUMENTS = 11
OUTPUT_ARGUMENTS = 12


@dataclass(frozen=True)
class Square:
    """Where the vectors of a tile lie: an address, and the bytes from row to row and from column to column.

    Addresses are added up one after the other: a product for each costs more than what is computed with it.
    """

    address: Int
    row: Int
    column: Int

    def at(self, i: Int | int, j: Int | int) -> Int:
        return self.address + self.row * i + self.column * j


def walk(start: Int, step: Int, count: int) -> list[Int]:
    """`count` addresses, `step` bytes apart."""
    addresses = [start]
    for _ in range(count - 1):
        addresses.append(addresses[-1] + step)
    return addresses


def emit_input(e: Emitter, form: Form, normalised: bool) -> None:
    """B' d B of every tile of tile rows `first` to `last`; `normalised`: of relu(d * scale + shift).

    Arguments: addresses of picture, scale, shift, result (matrices of tiles x channels, one a product of a tile,
    `stream` floats apart); stream; height, width, channels; the tile row that the result starts with; first and last
    tile row.
    """
    x, scale, shift, result, stream, height, width, channels, base, first, last = e.arguments()
    tiles, row, column = _tiles(form, width), width * channels * 4, channels * 4
    patch = _patch(e, form.reach)

    def read(address: Int, c: Int) -> Vec:
        value = e.load(address, 0)
        return value.fma(e.load(scale, c), e.load(shift, c)).relu() if normalised else value

    with e.loop(first, last) as ty, e.loop(0, tiles) as tx:
        out = result + ((ty - base) * tiles + tx) * column
        top, left = ty * form.tile - 1, tx * form.tile - 1
        corner = x + top * row + left * column
        rows, columns = _inside(e, top, form.reach, height), _inside(e, left, form.reach, width)

        def tile(at_edge: bool, out: Int = out, corner: Int = corner) -> None:
            with e.loop(0, channels, e.shape.lanes) as c:
                taps = patch if at_edge else Square(corner + c * 4, row, column)
                if at_edge:
                    for at in walk(patch.address, patch.column, form.points):
                        e.store(at, 0, e.constant(0.0))
                    with e.loop(*rows) as i, e.loop(*columns) as j:
                        e.store(patch.at(i, j), 0, read(corner + i * row + j * column + c * 4, c))
                places = iter(walk(out + c * 4, stream * 4, form.points))
                for line in _both_ways(
                    form.into, form.reach, taps, lambda at: e.load(at, 0) if at_edge else read(at, c)
                ):
                    for value in line:
                        at = next(places)
                        e.expect(at, AHEAD, write=True)
                        e.store(at, 0, value)

        e.either(_whole(e, form.reach, rows, columns), lambda: tile(False), lambda: tile(True))


def emit_output(e: Emitter, form: Form, residual: bool) -> None:
    """A' m A of every tile of tile rows `first` to `last`, plus bias, plus the picture `addend` where `residual`.

    Arguments: addresses of the products (as the matrices of the input, `stream` floats apart), bias, addend, result,
    sums (for each tile row, channels sums and channels sums of squares); stream; height, width, channels; base, first,
    last as for input.
    """
    products, bias, addend, result, sums, stream, height, width, channels, base, first, last = e.arguments()
    tiles, row, column = _tiles(form, width), width * channels * 4, channels * 4
    patch, beyond = _patch(e, form.tile), addend - result

    def put(at: Int, product: Vec, offset: Vec, totals: list[Any]) -> None:
        value = product + offset
        if residual:
            value = value + e.load(at + beyond, 0)
        e.store(at, 0, value)
        e.write(totals[0], e.read(totals[0]) + value)
        e.write(totals[1], value.fma(value, e.read(totals[1])))

    with e.loop(first, last) as ty:
        row_sums = sums + ty * column * 2
        e.clear(row_sums, channels * 2)
        with e.loop(0, tiles) as tx:
            source = products + ((ty - base) * tiles + tx) * column
            top, left = ty * form.tile, tx * form.tile
            corner = result + top * row + left * column
            rows, columns = _inside(e, top, form.tile, height), _inside(e, left, form.tile, width)

            def tile(at_edge: bool, row_sums: Int = row_sums, source: Int = source, corner: Int = corner) -> None:
                with e.loop(0, channels, e.shape.lanes) as c:
                    offset, places = e.load(bias, c), [row_sums + c * 4, row_sums + column + c * 4]
                    totals = [e.vector_variable(e.load(place, 0)) for place in places]
                    taps = Square(source + c * 4, stream * (form.reach * 4), stream * 4)
                    made = patch if at_edge else Square(corner + c * 4, row, column)
                    for k, line in enumerate(_both_ways(form.out_of, form.reach, taps, lambda at: e.load(at, 0))):
                        for at, value in zip(walk(made.at(k, 0), made.column, form.tile), line, strict=True):
                            if at_edge:
                                e.store(at, 0, value)
                            else:
                                put(at, value, offset, totals)
                    if at_edge:
                        with e.loop(*rows) as i, e.loop(*columns) as j:
                            put(corner + i * row + j * column + c * 4, e.load(patch.at(i, j), 0), offset, totals)
                    for place, total in zip(places, totals, strict=True):
                        e.store(place, 0, e.read(total))

            e.either(_whole(e, form.tile, rows, columns), lambda: tile(False), lambda: tile(True))


def _tiles(form: Form, size: Int) -> Int:
    return (size + (form.tile - 1)) // form.tile


def _patch(e: Emitter, side: int) -> Square:
    """Room for a tile of `side` x `side` vectors at the picture's edge."""
    column = e.number(e.shape.lanes * 4)
    return Square(e.room(e.shape.lanes * side * side), column * side, column)


def _inside(e: Emitter, start: Int, count: int, size: Int) -> tuple[Int, Int]:
    """Which of the `count` coordinates from `start` on lie in 0..size: the first, and the one behind the last."""
    first = e.choose(start.below(0), e.number(0) - start, 0)
    return first, e.choose((start + count).below(size), count, size - start)


def _whole(e: Emitter, count: int, *bounds: tuple[Int, Int]) -> Any:
    """Whether all of a tile's coordinates do."""
    every = [e.builder.and_(first.below(1), e.number(count - 1).below(last)) for first, last in bounds]
    return e.builder.and_(*every)


def _both_ways(line: Line, side: int, square: Square, tap: Callable[[Int], Vec]) -> Iterator[list[Vec]]:
    """The one-dimensional transform `line` down the columns of a square of `side`, then along the rows, one by one."""
    columns = [line([tap(at) for at in walk(square.at(0, j), square.row, side)]) for j in range(side)]
    return (line([column[i] for column in columns]) for i in range(len(columns[0])))
