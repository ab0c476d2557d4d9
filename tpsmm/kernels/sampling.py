"""The portrait's features, moved and dimmed, beside or below what has been painted so far."""

from __future__ import annotations

from tpsmm.kernels.emit import Emitter, Int, Vec

BESIDE_ARGUMENTS = 13
BLEND_ARGUMENTS = 14


def emit_beside(e: Emitter) -> None:
    """Row by row: [relu(painted * scale + shift) | sampled features], with sums for the next norm.

    Arguments: addresses of painted picture, scale, shift, features, positions (four for each pixel, in pixels),
    weights (four for each pixel), result, sums (for each row, channels sums and sums of squares); width, painted
    channels, feature channels; first and last row.
    """
    painted, scale, shift, features, positions, weights, result, sums, width, old, new, first, last = e.arguments()
    channels = old + new
    with e.loop(first, last) as i:
        row_sums = sums + i * channels * 8
        e.clear(row_sums, channels * 2)
        with e.loop(0, width) as j:
            pixel = i * width + j
            out = result + pixel * channels * 4
            with e.loop(0, old, e.shape.lanes) as c:
                value = _normalised(e, e.load(painted, pixel * old + c), scale, shift, c)
                e.store(out, c, value)
                _count(e, row_sums, channels, c, value)
            sources = _corners(e, features, positions, pixel, new)
            factors = [e.broadcast(weights, pixel * 4 + k) for k in range(4)]
            with e.loop(0, new, e.shape.lanes) as c:
                value = _sampled(e, sources, factors, c)
                e.store(out, old + c, value)
                _count(e, row_sums, channels, old + c, value)


def emit_blend(e: Emitter) -> None:
    """relu(painted * scale + shift) * (1 - mask) + sampled features, in planes with a border, rows first to last.

    Arguments: addresses of painted picture, scale, shift, features, positions, weights, mask, result (channels planes
    of `plane` floats, rows `pitch` floats apart, first pixel at `start`); width, channels, plane, pitch; first and
    last row.
    """
    painted, scale, shift, features, positions, weights, mask, result, width, channels, *rest = e.arguments()
    plane, pitch, first, last = rest
    with e.loop(first, last) as i, e.loop(0, width) as j:
        pixel = i * width + j
        sources = _corners(e, features, positions, pixel, channels)
        factors = [e.broadcast(weights, pixel * 4 + k) for k in range(4)]
        fresh = e.constant(1.0) - e.broadcast(mask, pixel)
        with e.loop(0, channels, e.shape.lanes) as c:
            value = _normalised(e, e.load(painted, pixel * channels + c), scale, shift, c) * fresh
            value = value + _sampled(e, sources, factors, c)
            for lane in range(e.shape.lanes):
                e.store_lane(result, (c + lane) * plane + i * pitch + j, value, lane)


def _normalised(e: Emitter, value: Vec, scale: Int, shift: Int, c: Int) -> Vec:
    return value.fma(e.load(scale, c), e.load(shift, c)).relu()


def _corners(e: Emitter, features: Int, positions: Int, pixel: Int, channels: Int) -> list[Int]:
    return [features + e.load_int(positions, pixel * 4 + k) * channels * 4 for k in range(4)]


def _sampled(e: Emitter, sources: list[Int], factors: list[Vec], c: Int) -> Vec:
    value = e.load(sources[0], c) * factors[0]
    for source, factor in zip(sources[1:], factors[1:], strict=True):
        value = e.load(source, c).fma(factor, value)
    return value


def _count(e: Emitter, sums: Int, channels: Int, c: Int, value: Vec) -> None:
    e.store(sums, c, e.load(sums, c) + value)
    e.store(sums, channels + c, value.fma(value, e.load(sums, channels + c)))
