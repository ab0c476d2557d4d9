"""A k x k convolution with few results, over planes that already have their border; and how they get there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from networks.kernels.emit import Emitter, Int, Vec
from networks.kernels.machine import CHANNELS

PLANES_ARGUMENTS = 11
TO_PLANES_ARGUMENTS = 10
BLOCKS = {1: 8, 3: 4, 4: 2}
"""Vectors of pixels that stay in registers, by how many results each has."""


def emit_planes(e: Emitter, outputs: int, size: int) -> None:
    """`outputs` planes from `channels` planes, rows `first` to `last`; vectors of pixels at once as BLOCKS says.

    Arguments: addresses of planes (`plane` floats each, rows `pitch` apart, top left of the border first), weights
    (channels, size, size, outputs), bias, results (outputs planes of `out_plane` floats, rows `width` apart); channels,
    width (a multiple of those vectors), plane, pitch, out_plane; first and last row.
    """
    planes, weights, bias, result, channels, width, plane, pitch, out_plane, first, last = e.arguments()
    block = BLOCKS[outputs]
    span = block * e.shape.lanes
    with e.loop(first, last) as i, e.loop(0, width, span) as j:
        sums = [[e.vector_variable(e.broadcast(bias, o)) for _ in range(block)] for o in range(outputs)]
        with e.loop(0, channels) as c, e.loop(0, size) as ky:
            line = planes + (c * plane + (i + ky) * pitch + j) * 4
            for at in range(0, span + size, CHANNELS):  # the next plane's, a cache line each: it lies far away
                e.expect(line + plane * 4, at, write=False)
            taps = weights + (c * size + ky) * (size * outputs * 4)
            for kx in range(size):
                factors = [e.broadcast(taps, kx * outputs + o) for o in range(outputs)]
                for b in range(block):
                    pixels = e.load(line, b * e.shape.lanes + kx)
                    for o in range(outputs):
                        e.write(sums[o][b], factors[o].fma(pixels, e.read(sums[o][b])))
        for o in range(outputs):
            for b in range(block):
                e.store(result, out_plane * o + i * width + j + b * e.shape.lanes, e.read(sums[o][b]))


def emit_to_planes(e: Emitter) -> None:
    """relu(picture * scale + shift), channel by channel, rows `first` to `last`.

    Arguments: addresses of picture (height, width, channels), scale, shift, first pixel of the planes; width, channels,
    plane, pitch (as above); first and last row.
    """
    picture, scale, shift, planes, width, channels, plane, pitch, first, last = e.arguments()
    with e.loop(first, last) as i:

        def value(j: Int, c: Int, i: Int = i) -> Vec:
            return e.load(picture, (i * width + j) * channels + c).fma(e.load(scale, c), e.load(shift, c)).relu()

        emit_row(e, value, Row(planes + i * pitch * 4, plane, width, channels))


@dataclass(frozen=True)
class Row:
    """Of `width` pixels, in the first of `channels` planes at an address, the others `plane` floats apart."""

    address: Int
    plane: Int
    width: Int
    channels: Int


def emit_row(e: Emitter, value: Callable[[Int, Int], Vec], row: Row) -> None:
    """Write value(pixel, first of a vector's channels) of all pixels and channels, plane by plane."""
    lanes = e.shape.lanes
    whole, square = row.width // lanes * lanes, e.room(lanes * lanes)
    with e.loop(0, whole, lanes) as j, e.loop(0, row.channels, lanes) as c:
        with e.loop(0, lanes) as k:
            e.store(square, k * lanes, value(j + k, c))
        for lane, line in enumerate(e.transposed([e.load(square, k * lanes) for k in range(lanes)])):
            e.store(row.address, (c + lane) * row.plane + j, line)
    with e.loop(whole, row.width) as j, e.loop(0, row.channels, lanes) as c:
        rest = value(j, c)
        for lane in range(lanes):
            e.store_lane(row.address, (c + lane) * row.plane + j, rest, lane)
