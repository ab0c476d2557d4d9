"""Winograd's F(4x4, 3x3) (Lavin and Gray, arXiv 1509.09308): 36 products for 16 outputs of a 3x3 convolution, not 144.

Pictures are (height, width, channels). A tile is 4 x 4 outputs from 6 x 6 inputs; tile rows are independent, so strips
of them go to different threads, and the result does not depend on how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from networks.kernels.emit import Emitter, Int, Vec
from networks.kernels.machine import CHANNELS

TILE = 4  # outputs a side
REACH = 6  # inputs a side
AHEAD = 32  # floats: so far ahead the lines of 36 streams are fetched, more than the processor does by itself
INPUT_ARGUMENTS = 11
OUTPUT_ARGUMENTS = 11


def winograd_weights(weight: Tensor) -> Tensor:
    """(O, C, 3, 3) -> (36, O / CHANNELS, C, CHANNELS), as the matrix product reads it: G g G' in float64, rounded."""
    g = torch.tensor([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]).double() / 24
    outputs, channels = weight.shape[:2]
    panels = outputs // CHANNELS
    taps = weight.double().view(panels, CHANNELS, channels, 9).permute(3, 0, 2, 1).reshape(9, -1)
    spread = (torch.kron(g, g) @ taps).to(weight.dtype)
    return spread.view(REACH * REACH, panels, channels, CHANNELS)


def emit_input(e: Emitter, normalised: bool) -> None:
    """B' d B of every tile of tile rows `first` to `last`; `normalised`: of relu(d * scale + shift).

    Arguments: addresses of picture, scale, shift, result (36 matrices of tiles x channels, `stream` floats apart);
    stream; height, width, channels; the tile row that the result starts with; first and last tile row.
    """
    x, scale, shift, result, stream, height, width, channels, base, first, last = e.arguments()
    tiles = width // TILE
    with e.loop(first, last) as ty, e.loop(0, tiles) as tx:
        out = result + ((ty - base) * tiles + tx) * channels * 4

        def tile(at_edge: bool, ty: Int = ty, tx: Int = tx, out: Int = out) -> None:
            rows = _taps(e, ty, height, at_edge)
            columns = _taps(e, tx, width, at_edge)
            with e.loop(0, channels, e.shape.lanes) as c:
                for k in range(REACH * REACH):
                    e.expect(out, stream * k + c + AHEAD, write=True)
                factor, addend = (e.load(scale, c), e.load(shift, c)) if normalised else (None, None)
                taps = []
                for row, row_ok in rows:
                    line = []
                    for column, column_ok in columns:
                        value = e.load(x, (row * width + column) * channels + c)
                        if factor is not None and addend is not None:
                            value = value.fma(factor, addend).relu()
                        if at_edge:
                            value = e.keep(e.builder.and_(row_ok, column_ok), value)
                        line.append(value)
                    taps.append(line)
                for i, line in enumerate(_both_ways(_input_line, taps)):
                    for j, value in enumerate(line):
                        e.store(out, stream * (i * REACH + j) + c, value)

        inside = e.builder.and_(_inside(e, ty, height // TILE), _inside(e, tx, tiles))
        e.either(inside, lambda: tile(False), lambda: tile(True))


def emit_output(e: Emitter, residual: bool) -> None:
    """A' m A of every tile of tile rows `first` to `last`, plus bias, plus the picture `addend` where `residual`.

    Arguments: addresses of the products (36 matrices, `stream` floats apart), bias, addend, result, sums (for each
    tile row, channels sums and channels sums of squares); stream; width, channels; base, first, last as for input.
    """
    products, bias, addend, result, sums, stream, width, channels, base, first, last = e.arguments()
    tiles = width // TILE
    with e.loop(first, last) as ty:
        row_sums = sums + ty * channels * 8
        row_squares = row_sums + channels * 4
        e.clear(row_sums, channels * 2)
        with e.loop(0, tiles) as tx:
            source = products + ((ty - base) * tiles + tx) * channels * 4
            corner = (ty * TILE * width + tx * TILE) * channels
            with e.loop(0, channels, e.shape.lanes) as c:
                taps = [[e.load(source, stream * (i * REACH + j) + c) for j in range(REACH)] for i in range(REACH)]
                offset = e.load(bias, c)
                total, squares = e.load(row_sums, c), e.load(row_squares, c)
                for i, line in enumerate(_both_ways(_output_line, taps)):
                    for j, product in enumerate(line):
                        at = corner + (width * i + j) * channels + c
                        value = product + offset
                        if residual:
                            value = value + e.load(addend, at)
                        e.store(result, at, value)
                        total, squares = total + value, value.fma(value, squares)
                e.store(row_sums, c, total)
                e.store(row_squares, c, squares)


def _inside(e: Emitter, index: Int, count: Int) -> Any:
    return e.builder.and_(e.number(0).below(index), index.below(count - 1))


def _taps(e: Emitter, tile: Int, size: Int, at_edge: bool) -> list[tuple[Int, Any]]:
    """The six coordinates that a tile reads, kept inside the picture, and whether they were."""
    taps = []
    for i in range(REACH):
        at = tile * TILE + (i - 1)
        if at_edge:
            ok = e.builder.and_(e.number(-1).below(at), at.below(size))
            taps.append((e.choose(ok, at, 0), ok))
        else:
            taps.append((at, None))
    return taps


def _both_ways(line: Any, square: Sequence[Sequence[Vec]]) -> list[list[Vec]]:
    """The one-dimensional transform `line` down the columns, then along the rows."""
    columns = [line([row[j] for row in square]) for j in range(len(square[0]))]
    return [line([column[i] for column in columns]) for i in range(len(columns[0]))]


def _input_line(d: Sequence[Vec]) -> list[Vec]:
    outer, inner = _plus(d[4], -4, d[2]), _plus(d[3], -4, d[1])
    even, odd = d[4] - d[2], d[3] - d[1]
    first = _plus(_plus(d[4], -5, d[2]), 4, d[0])
    last = _plus(_plus(d[5], -5, d[3]), 4, d[1])
    return [first, outer + inner, outer - inner, _plus(even, 2, odd), _plus(even, -2, odd), last]


def _output_line(m: Sequence[Vec]) -> list[Vec]:
    near, far = m[1] + m[2], m[3] + m[4]
    near_odd, far_odd = m[1] - m[2], m[3] - m[4]
    ends = [m[0] + near + far, _plus(near_odd + m[5], 8, far_odd)]
    return [ends[0], _plus(near_odd, 2, far_odd), _plus(near, 4, far), ends[1]]


def _plus(value: Vec, times: float, other: Vec) -> Vec:
    """value + times * other, rounded once."""
    return other.fma(value.emitter.constant(times), value)
