"""The decoder over the kernels: the same result but for rounding, one frame at a time.

Pictures are (height, width, channels). What a SPADE takes at a larger size comes from features whose pixels are
repeated: of the convolution over them, only the places beside another pixel differ, so it is made at twice the size by
nine products, and at four times the size from three rows and columns a pixel, the middle ones of which are used twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from liveportrait.decoder import Spade, SpadeBlock, SpadeGenerator
from networks.kernels.block_layers import bias_of, misfit, padded_outputs
from networks.kernels.jit import Library
from networks.kernels.layers import DoublingLayer, Norm, WinogradLayer, multiply, norm_from_sums, pack
from networks.kernels.workers import Scratch, run_tasks, spans, torch_on_one_thread

ROWS_AT_ONCE = 8


def unfit(decoder: SpadeGenerator) -> str | None:
    """Why the kernels cannot take the decoder, or None."""
    blocks = [*decoder.middle, decoder.up_0, decoder.up_1]
    norms = [norm for block in blocks for norm in (block.norm_0, block.norm_1)]
    widths = [width for norm in norms for width in norm.mlp_gamma.weight.shape[:2]]
    return misfit([*widths, decoder.fc.in_channels])


class SpadeLayer:
    """What a SPADE makes of a picture and the sums of its channels.

    Args:
        repeat: how many times larger than the features its picture is: 1, 2 or 4.
        leaky: a leaky ReLU follows.
    """

    def __init__(self, library: Library, spade: Spade, repeat: int, *, leaky: bool) -> None:
        self.library, self.repeat = library, repeat
        shared = cast(nn.Conv2d, spade.mlp_shared[0])
        self.shared = (DoublingLayer if repeat == 2 else WinogradLayer)(library, shared.weight, bias_of(shared))
        weights = spade.mlp_gamma.weight, spade.mlp_beta.weight
        self.told = WinogradLayer(library, weights, torch.cat([bias_of(spade.mlp_gamma) + 1, bias_of(spade.mlp_beta)]))
        self.relu = Norm(torch.ones(len(shared.weight)), torch.zeros(len(shared.weight)))
        self.plain = torch.ones(len(spade.mlp_gamma.weight)), torch.zeros(len(spade.mlp_gamma.weight))
        self.kernel = library["modulate_leaky" if leaky else "modulate"]

    def __call__(self, x: Tensor, sums: Tensor, features: Tensor, times: int) -> Tensor:
        """The picture's pixels are repeated `times`; its sums are those before."""
        height, width, channels = x.shape
        norm = norm_from_sums(self.library, sums, height * width, *self.plain)
        height, width = times * height, times * width
        told, _ = self.told(self._shared(features), self.relu)
        result = torch.empty(height, width, channels)
        addresses = (x.data_ptr(), norm.scale.data_ptr(), norm.shift.data_ptr(), told.data_ptr(), result.data_ptr())

        def strip(first: int, last: int, _: Scratch) -> None:
            self.kernel(*addresses, width, channels, times, first, last)

        run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
        return result

    def _shared(self, features: Tensor) -> Tensor:
        if self.repeat < 4:
            return self.shared(features)[0]
        made, _ = self.shared(features.repeat_interleave(3, 0).repeat_interleave(3, 1))
        for axis in (0, 1):
            place = torch.tensor([0, 1, 1, 2]) + 3 * torch.arange(features.shape[axis]).unsqueeze(1)
            made = made.index_select(axis, place.flatten())
        return made


class BlockLayer:
    """A residual block of SPADEs; sums of its input come from whatever made it."""

    def __init__(self, library: Library, block: SpadeBlock, repeat: int) -> None:
        self.library = library
        self.norms = [SpadeLayer(library, norm, repeat, leaky=True) for norm in (block.norm_0, block.norm_1)]
        self.convolutions = [_winograd(library, convolution) for convolution in (block.conv_0, block.conv_1)]
        self.shortcut: Callable[[Tensor], Tensor] | None = None
        if isinstance(block.conv_s, nn.Conv2d):
            self.norm_s = SpadeLayer(library, block.norm_s, repeat, leaky=False)
            self.shortcut = partial(_pointwise, library, pack(block.conv_s.weight.flatten(1).t()))

    def __call__(self, x: Tensor, sums: Tensor, features: Tensor, times: int = 1) -> tuple[Tensor, Tensor]:
        """Of a picture whose pixels are repeated `times`, and the sums of its channels: the same of the result."""
        aside = x if self.shortcut is None else self.shortcut(self.norm_s(x, sums, features, times))
        out, inner = self.convolutions[0](self.norms[0](x, sums, features, times))
        return self.convolutions[1](self.norms[1](out, inner, features, 1), addend=aside)


class Painter:
    """`SpadeGenerator.forward`.

    Args:
        decoder: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, decoder: SpadeGenerator) -> None:
        self.first = _winograd(library, decoder.fc)
        self.middle = [BlockLayer(library, block, 1) for block in decoder.middle]
        self.ups = [BlockLayer(library, decoder.up_0, 2), BlockLayer(library, decoder.up_1, 4)]
        last = cast(nn.Conv2d, decoder.conv_img[0])
        self.outputs = len(last.weight)
        self.last = WinogradLayer(library, *padded_outputs(last.weight, bias_of(last)))

    @torch_on_one_thread()
    def __call__(self, features: Tensor) -> Tensor:
        """(1, 256, 64, 64) -> (1, 3, 512, 512), 0..1."""
        told = features[0].permute(1, 2, 0).contiguous()
        out, sums = self.first(told)
        for block in self.middle:
            out, sums = block(out, sums, told)
        for block in self.ups:
            out, sums = block(out, sums, told, 2)
        made, _ = self.last(F.leaky_relu(out, 0.2))
        return torch.sigmoid(F.pixel_shuffle(made[..., : self.outputs].permute(2, 0, 1).unsqueeze(0), 2))


def _winograd(library: Library, convolution: nn.Module) -> WinogradLayer:
    assert isinstance(convolution, nn.Conv2d)  # noqa: S101  (spectral norms are folded when the weights are loaded)
    return WinogradLayer(library, convolution.weight, bias_of(convolution))


def _pointwise(library: Library, packed: Tensor, x: Tensor) -> Tensor:
    """A 1x1 convolution without bias: (H, W, C) -> (H, W, O)."""
    height, width, _ = x.shape
    result = torch.empty(height, width, packed.shape[0] * packed.shape[2])

    def strip(first: int, last: int, _: Scratch) -> None:
        multiply(library, x[first:].data_ptr(), (last - first) * width, packed, result[first:].data_ptr())

    run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
    return result
