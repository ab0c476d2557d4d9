"""Norms whose scale and shift are given pixel by pixel (SPADE)."""

from __future__ import annotations

from networks.kernels.emit import Emitter

MODULATE_ARGUMENTS = 10
SLOPE = 0.2  # of the leaky ReLU behind them


def emit_modulate(e: Emitter, leaky: bool) -> None:
    """(picture * scale + shift) * gamma + beta, rows `first` to `last` of the result; `leaky`: then a leaky ReLU.

    Arguments: addresses of picture (height / repeat, width / repeat, channels), whose pixels are repeated, scale,
    shift, given (height, width, 2 channels: gamma, then beta), result; width, channels, repeat; first and last row.
    """
    picture, scale, shift, told, result, width, channels, repeat, first, last = e.arguments()
    across = width // repeat
    with e.loop(first, last) as i, e.loop(0, width) as j:
        source = ((i // repeat) * across + j // repeat) * channels
        pixel = i * width + j
        with e.loop(0, channels, e.shape.lanes) as c:
            value = e.load(picture, source + c).fma(e.load(scale, c), e.load(shift, c))
            gamma, beta = (e.load(told, pixel * channels * 2 + channels * k + c) for k in (0, 1))
            value = value.fma(gamma, beta)
            e.store(result, pixel * channels + c, value.leaky(SLOPE) if leaky else value)
