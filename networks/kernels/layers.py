"""3x3 convolutions of the network over the kernels. Pictures are (height, width, channels) float32, contiguous.

A layer that a norm follows returns the sums it needs, so the norm itself costs no pass over the picture: the next
layer applies it while it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from networks.kernels.doubling import doubling_weights
from networks.kernels.forms import F4, F6, Form
from networks.kernels.jit import Library
from networks.kernels.machine import CHANNELS
from networks.kernels.passes import Passes, Room
from networks.kernels.workers import Scratch, Task, run_tasks, spans

ROWS_AT_ONCE = 4
WIDE = 128  # channels from which the products are most of the work
SMALL = 256  # pixels up to which the weights are larger than the picture


@dataclass(frozen=True)
class Norm:
    """A norm as one multiplication and addition for each channel."""

    scale: Tensor
    shift: Tensor


def norm_from_sums(library: Library, sums: Tensor, pixels: int, weight: Tensor, bias: Tensor) -> Norm:
    """The norm of a picture of `pixels` from (rows, 2, channels) sums and sums of squares."""
    rows, _, channels = sums.shape
    scale, shift = torch.empty(2, channels)
    weights = (weight.data_ptr(), bias.data_ptr())
    library["norm"](sums.data_ptr(), *weights, scale.data_ptr(), shift.data_ptr(), rows, channels, pixels)
    return Norm(scale, shift)


def pack(matrix: Tensor) -> Tensor:
    """(depth, columns) -> (panels, depth, CHANNELS), as the matrix product reads it."""
    depth, columns = matrix.shape
    return matrix.view(depth, columns // CHANNELS, CHANNELS).transpose(0, 1).contiguous()


def multiply(library: Library, picture: int, rows: int, packed: Tensor, out: int) -> None:
    """`rows` pixels at an address times packed weights, to an address, by this thread."""
    panels, depth, panel = packed.shape
    strides = (packed.data_ptr(), out, panels * panel, 0)
    library["matmul"](picture, depth, 0, *strides, rows, panels, depth, 0, panels)


def by_panels(library: Library, picture: int, rows: int, packed: Tensor, out: int) -> list[Task]:
    """The same, as tasks that each read some of the weights."""
    panels, depth, panel = packed.shape
    strides = (packed.data_ptr(), out, panels * panel, 0)

    def some(first: int, last: int, _: Scratch) -> None:
        library["matmul"](picture, depth, 0, *strides, rows, panels, depth, first, last)

    return [partial(some, *span) for span in spans(panels, 8)]


class WinogradLayer:
    """A 3x3 convolution with padding 1: of relu(norm(x)) where a norm is given, plus a picture where one is given.

    Args:
        weights: (O, C, 3, 3) each, the network's own, which are not copied as they are; their outputs lie side by side.
        bias: of all outputs.
    """

    def __init__(self, library: Library, weights: Tensor | tuple[Tensor, ...], bias: Tensor) -> None:
        self.library = library
        # Only of the forms that its pictures ask for.
        self.weights = cache(lambda form: form.weights(weights if isinstance(weights, Tensor) else torch.cat(weights)))
        self.bias = bias.contiguous()

    def __call__(self, x: Tensor, norm: Norm | None = None, addend: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(H, W, C) -> (H, W, O) and its sums (rows of tiles, 2, O)."""
        height, width, channels = x.shape
        form = form_for(height, width, channels)
        outputs, tiles_across, tiles_down = len(self.bias), form.across(width), form.across(height)
        result = torch.empty(height, width, outputs)
        sums = torch.empty(tiles_down, 2, outputs)
        affine = (0, 0) if norm is None else (norm.scale.data_ptr(), norm.shift.data_ptr())
        transform = self.library[f"winograd_{form.tile}_input{'' if norm is None else '_normalised'}"]
        extra = 0 if addend is None else addend.data_ptr()
        transform_back = self.library[f"winograd_{form.tile}_output{'' if addend is None else '_residual'}"]
        packed = self.weights(form)
        panels, weights, bias = packed.shape[1], packed.data_ptr(), self.bias.data_ptr()
        ends = (extra, result.data_ptr(), sums.data_ptr())

        def into(at: Room, first: int, last: int) -> None:
            transform(x.data_ptr(), *affine, at.spread, at.stream, height, width, channels, at.first, first, last)

        def product(at: Room, first: int, last: int) -> None:
            streams = (at.spread, channels, at.stream, weights, at.products, outputs, at.stream_out)
            self.library["matmul"](*streams, at.tiles, panels, channels, first, last)

        def out_of(at: Room, first: int, last: int) -> None:
            transform_back(at.products, bias, *ends, at.stream_out, height, width, outputs, at.first, first, last)

        sizes = (tiles_across, tiles_down, channels, outputs, panels)
        Passes(form, *sizes, into, product, out_of).run()
        return result, sums


def form_for(height: int, width: int, channels: int) -> Form:
    """Which takes the fewest products for a picture; the larger tile, with more weights, must save a tenth of many."""
    return F6 if channels >= WIDE and F6.products(height, width) < 0.9 * F4.products(height, width) else F4


class SmallLayer:
    """A 3x3 convolution with padding 1 of a picture so small that its weights are what takes time to read."""

    def __init__(self, library: Library, weight: Tensor, bias: Tensor) -> None:
        self.library = library
        self.weights = pack(weight.permute(2, 3, 1, 0).reshape(-1, len(weight)))
        self.bias = bias

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(H, W, C) -> (H, W, O) and its sums (1, 2, O)."""
        height, width, channels = x.shape
        padded = F.pad(x, (0, 0, 1, 1, 1, 1))
        row, column, _ = padded.stride()
        shape, strides = (height, width, 3, 3, channels), (row, column, row, column, 1)
        patches = padded.as_strided(shape, strides).reshape(height * width, -1)
        result = torch.empty(height, width, len(self.bias))
        run_tasks(by_panels(self.library, patches.data_ptr(), len(patches), self.weights, result.data_ptr()))
        result += self.bias
        return result, torch.stack([result.sum(dim=(0, 1)), (result**2).sum(dim=(0, 1))]).unsqueeze(0)


class DoublingLayer:
    """Doubling by repetition, then a 3x3 convolution with padding 1."""

    def __init__(self, library: Library, weight: Tensor, bias: Tensor) -> None:
        self.library = library
        self.weights = [pack(part) for part in doubling_weights(weight)]
        self.bias = bias.contiguous()

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(H, W, C) -> (2H, 2W, O) and its sums (H, 2, O)."""
        height, width, _ = x.shape
        result = torch.empty(2 * height, 2 * width, len(self.bias))
        sums = torch.empty(height, 2, len(self.bias))
        if height * width <= SMALL:
            self._whole(x, result, sums)
        else:
            strip = partial(self._strip, x, result, sums)
            run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE, 2)])
        return result, sums

    def _strip(self, x: Tensor, result: Tensor, sums: Tensor, first: int, last: int, scratch: Scratch) -> None:  # noqa: PLR0917  (one strip of one call)
        pictures = self._differences(x, first, last, scratch)
        products = []
        for part, ((picture, pixels), weights) in enumerate(zip(pictures, self.weights, strict=True)):
            products.append(scratch.address(f"product {part}", pixels * weights.shape[0] * weights.shape[2]))
            multiply(self.library, picture, pixels, weights, products[-1])
        self._combine(products, result, sums, first, last)

    def _whole(self, x: Tensor, result: Tensor, sums: Tensor) -> None:
        """Threads share the weights, not the rows."""
        height, scratch = x.shape[0], Scratch()
        tasks, products = [], []
        for part, ((picture, pixels), weights) in enumerate(
            zip(self._differences(x, 0, height, scratch), self.weights, strict=True)
        ):
            products.append(scratch.address(f"product {part}", pixels * weights.shape[0] * weights.shape[2]))
            tasks += by_panels(self.library, picture, pixels, weights, products[-1])
        run_tasks(tasks)
        self._combine(products, result, sums, 0, height)

    def _differences(self, x: Tensor, first: int, last: int, scratch: Scratch) -> list[tuple[int, int]]:
        """Address and pixels of what each part of the weights is multiplied with."""
        height, width, channels = x.shape
        rows, wide = last - first, width + 1
        by_column = scratch.address("by column", rows * wide * channels)
        by_row = scratch.address("by row", (rows + 1) * width * channels)
        by_both = scratch.address("by both", (rows + 1) * wide * channels)
        self.library["differences"](x.data_ptr(), by_column, by_row, by_both, height, width, channels, first, last)
        row, wide_row = width * channels * 4, wide * channels * 4
        addresses = (x.data_ptr() + first * row, by_column, by_row, by_row + row, by_both, by_both + wide_row)
        return list(zip(addresses, [rows * across for across in (width, wide, width, width, wide, wide)], strict=True))

    def _combine(self, products: list[int], result: Tensor, sums: Tensor, first: int, last: int) -> None:
        ends = (self.bias.data_ptr(), result.data_ptr(), sums.data_ptr(), result.shape[1] // 2, len(self.bias))
        self.library["combine"](*products, *ends, first, last)
