"""A k x k convolution with few results, over planes that already have their border."""

from __future__ import annotations

from tpsmm.kernels.emit import Emitter

PLANES_ARGUMENTS = 11
BLOCK = 4  # vectors of pixels worked on at once


def emit_planes(e: Emitter, outputs: int, size: int) -> None:
    """`outputs` planes from `channels` planes, rows `first` to `last`.

    Arguments: addresses of planes (`plane` floats each, rows `pitch` apart, top left of the border first), weights
    (channels, size, size, outputs), bias, results (outputs planes of `out_plane` floats, rows `width` apart); channels,
    width (a multiple of BLOCK vectors), plane, pitch, out_plane; first and last row.
    """
    planes, weights, bias, result, channels, width, plane, pitch, out_plane, first, last = e.arguments()
    span = BLOCK * e.shape.lanes
    with e.loop(first, last) as i, e.loop(0, width, span) as j:
        sums = [[e.vector_variable(e.broadcast(bias, o)) for _ in range(BLOCK)] for o in range(outputs)]
        with e.loop(0, channels) as c, e.loop(0, size) as ky:
            line = planes + (c * plane + (i + ky) * pitch + j) * 4
            taps = weights + (c * size + ky) * (size * outputs * 4)
            for kx in range(size):
                pixels = [e.load(line, b * e.shape.lanes + kx) for b in range(BLOCK)]
                for o in range(outputs):
                    tap = e.broadcast(taps, kx * outputs + o)
                    for b in range(BLOCK):
                        e.write(sums[o][b], tap.fma(pixels[b], e.read(sums[o][b])))
        for o in range(outputs):
            for b in range(BLOCK):
                e.store(result, out_plane * o + i * width + j + b * e.shape.lanes, e.read(sums[o][b]))
