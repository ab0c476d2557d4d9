"""Norms: from sums to a multiplication and an addition; and applied while a picture is halved."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from networks.kernels.emit import Emitter, Int

NORM_ARGUMENTS = 8
HALVE_ARGUMENTS = 8
EPSILON = 1e-5


def emit_norm(e: Emitter) -> None:
    """scale = weight / sqrt(variance + EPSILON), shift = bias - mean * scale, in float64 until they are stored.

    Arguments: addresses of sums (rows, 2, channels: sums and sums of squares), weight, bias, scale, shift; rows,
    channels, pixels.
    """
    sums, weight, bias, scale, shift, rows, channels, pixels = e.arguments()
    builder, double = e.builder, ir.VectorType(ir.DoubleType(), e.shape.lanes)
    root = ir.Function(builder.module, ir.FunctionType(double, [double]), f"llvm.sqrt.v{e.shape.lanes}f64")

    def every(value: float) -> Any:
        return ir.Constant(double, [value] * e.shape.lanes)

    def wide(base: Int, offset: Int) -> Any:
        return builder.fpext(e.load(base, offset).value, double)

    count = _spread(e, builder.sitofp(pixels.value, ir.DoubleType()), double)
    totals = [e.variable(double) for _ in range(2)]
    with e.loop(0, channels, e.shape.lanes) as c:
        for total in totals:
            builder.store(every(0.0), total)
        with e.loop(0, rows) as row:
            for part, total in enumerate(totals):
                more = wide(sums, (row * 2 + part) * channels + c)
                builder.store(builder.fadd(builder.load(total, typ=double), more), total)
        mean, square = (builder.fdiv(builder.load(total, typ=double), count) for total in totals)
        variance = builder.fsub(square, builder.fmul(mean, mean))
        # NaN stays NaN, so that broken numbers are seen at the end.
        negative = builder.fcmp_ordered("<", variance, every(0.0))
        variance = builder.fadd(builder.select(negative, every(0.0), variance), every(EPSILON))
        factor = builder.fdiv(wide(weight, c), builder.call(root, [variance]))
        addend = builder.fsub(wide(bias, c), builder.fmul(mean, factor))
        for base, value in ((scale, factor), (shift, addend)):
            e.store(base, c, e.narrow(value))


def emit_halve(e: Emitter) -> None:
    """The averages of 2 x 2 pixels of relu(picture * scale + shift), result rows `first` to `last`.

    Arguments: addresses of picture (height, width, channels), scale, shift, result; width of the result, channels;
    first and last row.
    """
    picture, scale, shift, result, width, channels, first, last = e.arguments()
    with e.loop(first, last) as i, e.loop(0, width) as j:
        above = ((i * 2) * (width * 2) + j * 2) * channels
        corners = [above, above + channels, above + width * 2 * channels, above + (width * 2 + 1) * channels]
        with e.loop(0, channels, e.shape.lanes) as c:
            factor, addend = e.load(scale, c), e.load(shift, c)
            a, b, below, beside = (e.load(picture, at + c).fma(factor, addend).relu() for at in corners)
            e.store(result, (i * width + j) * channels + c, ((a + b) + (below + beside)) * 0.25)


def _spread(e: Emitter, scalar: Any, vector: Any) -> Any:
    number = ir.IntType(32)
    one = e.builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, ir.Constant(number, 0))
    return e.builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(number, e.shape.lanes), [0] * e.shape.lanes))
