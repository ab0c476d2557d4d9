"""The networks' down and up blocks over the kernels. Pictures are (height, width, channels), padded to
multiples of CHANNELS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.blocks import DownBlock, Hourglass, ResBlock, UpBlock
from networks.kernels.forms import F4
from networks.kernels.jit import Library
from networks.kernels.layers import SMALL, DoublingLayer, Norm, SmallLayer, WinogradLayer, norm_from_sums
from networks.kernels.machine import CHANNELS
from networks.kernels.workers import Scratch, run_tasks, spans

ROWS_AT_ONCE = 8
Widths = list[int]
"""Channels of the pictures side by side in an input; each is padded with zeros to a multiple of CHANNELS."""


NormFrom = Callable[[Tensor, int], Norm]
"""The norm of a picture, from its sums and how many pixels it has."""


def norm_of(library: Library, norm: nn.Module, beyond: int = 0) -> NormFrom:
    """How a block's norm is told: an instance norm by each picture, a trained batch norm once; Identity is none.

    Args:
        beyond: channels of padding.
    """
    if isinstance(norm, nn.InstanceNorm2d):
        weight, bias = F.pad(norm.weight, (0, beyond)), F.pad(norm.bias, (0, beyond))
        return lambda sums, pixels: norm_from_sums(library, sums, pixels, weight, bias)
    if isinstance(norm, nn.BatchNorm2d):
        assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101, PT018  (it is trained)
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        fixed = Norm(F.pad(scale, (0, beyond)), F.pad(norm.bias - norm.running_mean * scale, (0, beyond)))
        return lambda *_: fixed
    return lambda sums, _: Norm(torch.ones(sums.shape[2]), torch.zeros(sums.shape[2]))


class DownLayer:
    """A 3x3 convolution, norm, ReLU, halved by averages."""

    def __init__(self, library: Library, block: DownBlock) -> None:
        weight = spread_panels(block.conv.weight, [block.conv.in_channels])
        self.library, self.norm = library, norm_of(library, block.norm)
        # Only the form that the picture's size asks for is made: both would take hundreds of megabytes.
        self.large = cache(lambda: WinogradLayer(library, weight, bias_of(block.conv)))
        self.small = cache(lambda: SmallLayer(library, weight, bias_of(block.conv)))

    def __call__(self, x: Tensor) -> Tensor:
        """(H, W, C) -> (H / 2, W / 2, O)"""
        height, width, _ = x.shape
        tiled = height % F4.tile == 0 and width % F4.tile == 0 and height * width >= SMALL
        out, sums = self.large()(x) if tiled else self.small()(x)
        norm = self.norm(sums, height * width)
        result = torch.empty(height // 2, width // 2, out.shape[2])
        addresses = (out.data_ptr(), norm.scale.data_ptr(), norm.shift.data_ptr(), result.data_ptr())

        def strip(first: int, last: int, _: Scratch) -> None:
            self.library["halve"](*addresses, width // 2, out.shape[2], first, last)

        run_tasks([partial(strip, *span) for span in spans(height // 2, ROWS_AT_ONCE)])
        return result


class UpLayer:
    """Doubled by repetition, then a 3x3 convolution; its norm is left to whoever reads it.

    Attributes:
        channels: of the result, padding included.
    """

    def __init__(self, library: Library, block: UpBlock, widths: Widths) -> None:
        self.library = library
        weight, bias = padded_outputs(spread_panels(block.conv.weight, widths), bias_of(block.conv))
        self.channels = len(weight)
        self.layer = DoublingLayer(library, weight, bias)
        self.norm = norm_of(library, block.norm, self.channels - block.conv.out_channels)

    def __call__(self, x: Tensor) -> tuple[Tensor, Norm]:
        out, sums = self.layer(x)
        return out, self.norm(sums, out.shape[0] * out.shape[1])


class ResLayer:
    """A residual block; norms of its input come as sums from whatever made it."""

    def __init__(self, library: Library, block: ResBlock) -> None:
        self.norms = norm_of(library, block.norm1), norm_of(library, block.norm2)
        self.first = WinogradLayer(library, block.conv1.weight, bias_of(block.conv1))
        self.second = WinogradLayer(library, block.conv2.weight, bias_of(block.conv2))

    def __call__(self, x: Tensor, sums: Tensor) -> tuple[Tensor, Tensor]:
        """(H, W, C) with its sums -> the same of the result."""
        pixels = x.shape[0] * x.shape[1]
        out, inner = self.first(x, self.norms[0](sums, pixels))
        return self.second(out, self.norms[1](inner, pixels), addend=x)


class HourglassLayer:
    """An hourglass: pictures of every size, small to large, (H, W, C), each part of theirs padded to CHANNELS.

    Attributes:
        widths: of the last picture's parts, before padding.
    """

    def __init__(self, library: Library, hourglass: Hourglass) -> None:
        downs = [cast(DownBlock, block) for block in hourglass.encoder.down_blocks]
        self.downs = [DownLayer(library, block) for block in downs]
        skips = [downs[0].conv.in_channels, *(block.conv.out_channels for block in downs)]
        self.ups = []
        self.widths = [skips.pop()]
        for block in hourglass.decoder.up_blocks:
            layer = UpLayer(library, cast(UpBlock, block), self.widths)
            self.ups.append(layer)
            self.widths = [layer.channels, skips.pop()]

    def __call__(self, features: Tensor) -> list[Tensor]:
        """Of an (H, W, C) picture."""
        inputs = padded(features)
        encoded = [inputs]
        for down in self.downs:
            inputs = down(inputs)
            encoded.append(inputs)
        pyramid = [encoded.pop()]
        for up in self.ups:
            painted, norm = up(pyramid[-1])
            pyramid.append(torch.cat([apply_norm(painted, norm), encoded.pop()], dim=2))
        return pyramid


def odd_widths(hourglass: Hourglass) -> str | None:
    """Why the kernels cannot take an hourglass, or None."""
    blocks = [*hourglass.encoder.down_blocks, *hourglass.decoder.up_blocks]
    return misfit(cast(DownBlock, block).conv.out_channels for block in blocks)


def misfit(widths: Iterable[int]) -> str | None:
    """Which of these widths the kernels cannot take, in words, or None."""
    odd = sorted({width for width in widths if width % CHANNELS})
    return f"its widths {odd} are no multiples of {CHANNELS}" if odd else None


def padded_outputs(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """A convolution's weights (O, ...) and bias with zeros up to a multiple of CHANNELS outputs."""
    beyond = whole_panels(len(weight)) - len(weight)
    return torch.cat([weight, weight.new_zeros(beyond, *weight.shape[1:])]), F.pad(bias, (0, beyond))


def padded(picture: Tensor) -> Tensor:
    """(H, W, C) with zero channels up to a multiple of CHANNELS, contiguous."""
    beyond = whole_panels(picture.shape[2]) - picture.shape[2]
    return (F.pad(picture, (0, beyond)) if beyond else picture).contiguous()


def whole_panels(channels: int) -> int:
    return -(-channels // CHANNELS) * CHANNELS


def spread_panels(weight: Tensor, widths: Widths) -> Tensor:
    """(O, C, 3, 3) with zeros where the inputs are padded; the very same where none is, so that it is held once."""
    beyond = [whole_panels(width) - width for width in widths]
    if not any(beyond):
        return weight
    parts = torch.split(weight, widths, dim=1)
    return torch.cat([F.pad(part, (0, 0, 0, 0, 0, more)) for part, more in zip(parts, beyond, strict=True)], dim=1)


def apply_norm(picture: Tensor, norm: Norm) -> Tensor:
    """relu(norm(picture))"""
    return torch.addcmul(norm.shift, picture, norm.scale).relu_()


def bias_of(convolution: nn.Conv2d) -> Tensor:
    """Of a convolution that is built with one."""
    assert convolution.bias is not None  # noqa: S101  (every convolution here is built with one)
    return convolution.bias
