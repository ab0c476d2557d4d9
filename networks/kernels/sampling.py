"""The portrait's features, moved and dimmed, beside or below what has been painted so far."""

from __future__ import annotations

from networks.kernels.emit import Emitter, Int, Vec
from networks.kernels.planes import Row, emit_row

CORNERS_ARGUMENTS = 8
BESIDE_ARGUMENTS = 14
BLEND_ARGUMENTS = 15


def emit_corners(e: Emitter) -> None:
    """What bilinear sampling reads for each pixel: four positions in the picture, and their weights times the mask.

    Arguments: addresses of places (planes of x and y, -1..1), mask, positions (four planes of 32-bit whole numbers),
    weights (four planes); height, width; first and last pixel. At least a vector of pixels in all.
    """
    places, mask, positions, weights, height, width, first, last = e.arguments()
    pixels = height * width
    with e.loop(first, last, e.shape.lanes) as start:
        at = e.choose(start.below(pixels - e.shape.lanes), start, pixels - e.shape.lanes)
        right, bottom = e.of_int(width - 1), e.of_int(height - 1)
        x = (e.load(places, at) + 1.0) * 0.5 * right
        y = (e.load(places, at + pixels) + 1.0) * 0.5 * bottom
        dim = e.load(mask, at)
        columns, rows = _two(e, x, right), _two(e, y, bottom)
        for k, ((row, along_y), (column, along_x)) in enumerate((r, c) for r in rows for c in columns):
            e.store_whole(positions, at + pixels * k, row * e.of_int(width) + column)
            e.store(weights, at + pixels * k, along_x * along_y * dim)


def _two(e: Emitter, place: Vec, highest: Vec) -> list[tuple[Vec, Vec]]:
    """The two whole coordinates around one, kept inside the picture, and their weights: 0 outside, NaN of NaN.

    A NaN's coordinate is 0: it must not lead outside the picture.
    """
    zero, one = e.constant(0.0), e.constant(1.0)
    near = place.floor()
    found = []
    for coordinate, weight in ((near, near + 1.0 - place), (near + 1.0, place - near)):
        inside = e.builder.and_(e.constant(-0.5).below(coordinate), coordinate.below(highest + 0.5))
        found.append((coordinate.clamp(highest), weight * Vec(e, e.builder.select(inside, one.value, zero.value))))
    return found


def emit_beside(e: Emitter) -> None:
    """Row by row: [relu(painted * scale + shift) | sampled features], with sums for the next norm.

    Arguments: addresses of painted picture, scale, shift, features, positions and weights (of `emit_corners`),
    result, sums (for each row, channels sums and sums of squares); pixels, width, painted channels, feature channels;
    first and last row.
    """
    painted, scale, shift, features, positions, weights, result, sums, *sizes = e.arguments()
    pixels, width, old, new, first, last = sizes
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
            sources = _corners(e, features, positions, pixel, pixels, new)
            factors = [e.broadcast(weights, pixel + pixels * k) for k in range(4)]
            with e.loop(0, new, e.shape.lanes) as c:
                value = _sampled(e, sources, factors, c)
                e.store(out, old + c, value)
                _count(e, row_sums, channels, old + c, value)


def emit_blend(e: Emitter) -> None:
    """relu(painted * scale + shift) * (1 - mask) + sampled features, in planes with a border, rows first to last.

    Arguments: addresses of painted picture, scale, shift, features, positions, weights, mask, result (channels planes
    of `plane` floats, rows `pitch` floats apart, first pixel at `start`); pixels, width, channels, plane, pitch; first
    and last row.
    """
    painted, scale, shift, features, positions, weights, mask, result, *rest = e.arguments()
    pixels, width, channels, plane, pitch, first, last = rest
    with e.loop(first, last) as i:

        def value(j: Int, c: Int, i: Int = i) -> Vec:
            pixel = i * width + j
            sources = _corners(e, features, positions, pixel, pixels, channels)
            factors = [e.broadcast(weights, pixel + pixels * k) for k in range(4)]
            fresh = e.constant(1.0) - e.broadcast(mask, pixel)
            own = _normalised(e, e.load(painted, pixel * channels + c), scale, shift, c) * fresh
            return own + _sampled(e, sources, factors, c)

        emit_row(e, value, Row(result + i * pitch * 4, plane, width, channels))


def _normalised(e: Emitter, value: Vec, scale: Int, shift: Int, c: Int) -> Vec:
    return value.fma(e.load(scale, c), e.load(shift, c)).relu()


def _corners(e: Emitter, features: Int, positions: Int, pixel: Int, pixels: Int, channels: Int) -> list[Int]:  # noqa: PLR0917  (addresses)
    return [features + e.load_int(positions, pixel + pixels * k) * channels * 4 for k in range(4)]


def _sampled(e: Emitter, sources: list[Int], factors: list[Vec], c: Int) -> Vec:
    value = e.load(sources[0], c) * factors[0]
    for source, factor in zip(sources[1:], factors[1:], strict=True):
        value = e.load(source, c).fma(factor, value)
    return value


def _count(e: Emitter, sums: Int, channels: Int, c: Int, value: Vec) -> None:
    e.store(sums, c, e.load(sums, c) + value)
    e.store(sums, channels + c, value.fma(value, e.load(sums, channels + c)))
