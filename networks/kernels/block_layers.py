"""The networks' down and up blocks over the kernels. Pictures are (height, width, channels), padded to
multiples of CHANNELS."""

from __future__ import annotations

from functools import cache, partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.blocks import DownBlock, UpBlock
from networks.kernels.jit import Library
from networks.kernels.layers import SMALL, DoublingLayer, Norm, SmallLayer, WinogradLayer, norm_from_sums
from networks.kernels.machine import CHANNELS
from networks.kernels.winograd import TILE
from networks.kernels.workers import Scratch, run_tasks, spans

ROWS_AT_ONCE = 8
Widths = list[int]
"""Channels of the pictures side by side in an input; each is padded with zeros to a multiple of CHANNELS."""


class DownLayer:
    """A 3x3 convolution, norm, ReLU, halved by averages."""

    def __init__(self, library: Library, block: DownBlock) -> None:
        weight = spread_panels(block.conv.weight, [block.conv.in_channels])
        self.library, self.norm = library, block.norm
        # Only the form that the picture's size asks for is made: both would take hundreds of megabytes.
        self.large = cache(lambda: WinogradLayer(library, weight, bias_of(block.conv)))
        self.small = cache(lambda: SmallLayer(library, weight, bias_of(block.conv)))

    def __call__(self, x: Tensor) -> Tensor:
        """(H, W, C) -> (H / 2, W / 2, O)"""
        height, width, _ = x.shape
        tiled = height % TILE == 0 and width % TILE == 0 and height * width >= SMALL
        out, sums = self.large()(x) if tiled else self.small()(x)
        norm = norm_from_sums(self.library, sums, height * width, self.norm.weight, self.norm.bias)
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
        weight = spread_panels(block.conv.weight, widths)
        self.channels = whole_panels(len(weight))
        beyond = self.channels - len(weight)
        weight = F.pad(weight, (0, 0, 0, 0, 0, 0, 0, beyond))
        self.layer = DoublingLayer(library, weight, F.pad(bias_of(block.conv), (0, beyond)))
        self.weight, self.bias = F.pad(block.norm.weight, (0, beyond)), F.pad(block.norm.bias, (0, beyond))

    def __call__(self, x: Tensor) -> tuple[Tensor, Norm]:
        out, sums = self.layer(x)
        return out, norm_from_sums(self.library, sums, out.shape[0] * out.shape[1], self.weight, self.bias)


def padded(picture: Tensor) -> Tensor:
    """(H, W, C) with zero channels up to a multiple of CHANNELS, contiguous."""
    beyond = whole_panels(picture.shape[2]) - picture.shape[2]
    return (F.pad(picture, (0, beyond)) if beyond else picture).contiguous()


def whole_panels(channels: int) -> int:
    return -(-channels // CHANNELS) * CHANNELS


def spread_panels(weight: Tensor, widths: Widths) -> Tensor:
    """(O, C, 3, 3) with zeros where the inputs are padded."""
    parts = torch.split(weight, widths, dim=1)
    beyond = [whole_panels(part.shape[1]) - part.shape[1] for part in parts]
    return torch.cat([F.pad(part, (0, 0, 0, 0, 0, more)) for part, more in zip(parts, beyond, strict=True)], dim=1)


def apply_norm(picture: Tensor, norm: Norm) -> Tensor:
    """relu(norm(picture))"""
    return torch.addcmul(norm.shift, picture, norm.scale).relu_()


def bias_of(convolution: nn.Conv2d) -> Tensor:
    """Of a convolution that is built with one."""
    assert convolution.bias is not None  # noqa: S101  (every convolution here is built with one)
    return convolution.bias
