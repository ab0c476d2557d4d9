"""Layers of the network over the kernels. Pictures are (height, width, channels) float32 tensors, contiguous.

A layer that a norm follows returns the sums it needs, so the norm itself costs no pass over the picture: the next
layer applies it while it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from tpsmm.kernels.doubling import doubling_weights
from tpsmm.kernels.jit import Library
from tpsmm.kernels.winograd import TILE, winograd_weights
from tpsmm.kernels.workers import Scratch, run_tasks, spans

POINTS = 36  # products for a tile
TILES_AT_ONCE = 64
ROWS_AT_ONCE = 4
SKEW = 16  # floats between streams: at powers of two they would fall on the same cache lines
NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class Norm:
    """A norm as one multiplication and addition for each channel."""

    scale: Tensor
    shift: Tensor


def norm_from_sums(sums: Tensor, pixels: int, weight: Tensor, bias: Tensor) -> Norm:
    """The norm of a picture of `pixels` from (rows, 2, channels) sums and sums of squares."""
    total, squares = sums.double().sum(dim=0) / pixels
    scale = weight.double() / torch.sqrt((squares - total**2).clamp_min(0) + NORM_EPSILON)
    return Norm(scale.float(), (bias.double() - total * scale).float())


def pack(library: Library, matrices: Tensor) -> Tensor:
    """(batch, depth, columns) -> (batch, panels, depth, panel), as the matrix product reads it."""
    batch, depth, columns = matrices.shape
    panel = library.shape.panel
    return matrices.view(batch, depth, columns // panel, panel).transpose(1, 2).contiguous()


class WinogradLayer:
    """relu(norm(x)), then a 3x3 convolution with padding 1, then perhaps an addition."""

    def __init__(self, library: Library, weight: Tensor, bias: Tensor) -> None:
        self.library = library
        self.weights = pack(library, winograd_weights(weight))
        self.bias = bias.contiguous()

    def __call__(self, x: Tensor, norm: Norm, addend: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(H, W, C), H and W multiples of 4 -> (H, W, O) and its sums (H / 4, 2, O)."""
        height, width, channels = x.shape
        outputs, tiles_across = len(self.bias), width // TILE
        result = torch.empty(height, width, outputs)
        sums = torch.empty(height // TILE, 2, outputs)
        before = (x.data_ptr(), norm.scale.data_ptr(), norm.shift.data_ptr())
        extra = 0 if addend is None else addend.data_ptr()
        transform_back = "winograd_output" if addend is None else "winograd_output_residual"
        panels = outputs // self.library.shape.panel
        weights, bias = self.weights.data_ptr(), self.bias.data_ptr()
        ends = (extra, result.data_ptr(), sums.data_ptr())

        def strip(first: int, last: int, scratch: Scratch) -> None:
            tiles = (last - first) * tiles_across
            stream, stream_out = tiles * channels + SKEW, tiles * outputs + SKEW
            spread = scratch.address("spread", POINTS * stream)
            products = scratch.address("products", POINTS * stream_out)
            at = (first, first, last)
            self.library["winograd_input"](*before, spread, stream, height, width, channels, *at)
            sizes = (tiles, panels, channels, 0, POINTS * panels)
            self.library["matmul"](spread, channels, stream, weights, products, outputs, stream_out, *sizes)
            self.library[transform_back](products, bias, *ends, stream_out, width, outputs, *at)

        rows = max(1, TILES_AT_ONCE // tiles_across)
        run_tasks([partial(strip, *span) for span in spans(height // TILE, rows)])
        return result, sums


class DoublingLayer:
    """Doubling by repetition, then a 3x3 convolution with padding 1."""

    def __init__(self, library: Library, weight: Tensor, bias: Tensor) -> None:
        self.library = library
        self.weights = [pack(library, part) for part in doubling_weights(weight)]
        self.bias = bias.contiguous()

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(H, W, C) -> (2H, 2W, O) and its sums (H, 2, O)."""
        height, width, channels = x.shape
        outputs, wide = len(self.bias), width + 1
        result = torch.empty(2 * height, 2 * width, outputs)
        sums = torch.empty(height, 2, outputs)
        ends = (self.bias.data_ptr(), result.data_ptr(), sums.data_ptr(), width, outputs)

        def strip(first: int, last: int, scratch: Scratch) -> None:
            rows = last - first
            by_column = scratch.address("by column", rows * wide * channels)
            by_row = scratch.address("by row", (rows + 1) * width * channels)
            by_both = scratch.address("by both", (rows + 1) * wide * channels)
            sizes = (height, width, channels, first, last)
            self.library["differences"](x.data_ptr(), by_column, by_row, by_both, *sizes)
            row, wide_row = width * channels * 4, wide * channels * 4
            still = (x.data_ptr() + first * row, width)
            evens, odds = ((by_row, width), (by_both, wide)), ((by_row + row, width), (by_both + wide_row, wide))
            pictures = (still, (by_column, wide), evens[0], odds[0], evens[1], odds[1])
            products = [self._product(rows, *picture, part, scratch) for part, picture in enumerate(pictures)]
            self.library["combine"](*products, *ends, first, last)

        run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
        return result, sums

    def _product(self, rows: int, picture: int, width: int, part: int, scratch: Scratch) -> int:
        """The address of rows x width pixels of `picture` times one part of the weights."""
        weights = self.weights[part]
        panels, channels = weights.shape[1:3]
        columns = panels * self.library.shape.panel
        out = scratch.address(f"product {part}", rows * width * columns)
        sizes = (rows * width, panels, channels, 0, panels)
        self.library["matmul"](picture, channels, 0, weights.data_ptr(), out, columns, 0, *sizes)
        return out
