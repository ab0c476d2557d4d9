"""The dense motion network over the kernels: the same result as `DenseMotionNetwork`, but for rounding.

The splines stay with torch, so that they get the very bits that plain float32 gets: they magnify differences.
"""

from __future__ import annotations

from functools import cache, partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from tpsmm.blocks import DownBlock, UpBlock
from tpsmm.dense_motion import DenseMotionNetwork, MotionSource
from tpsmm.kernels.jit import Library
from tpsmm.kernels.layers import SMALL, DoublingLayer, Norm, SmallLayer, WinogradLayer, norm_from_sums
from tpsmm.kernels.plane_layers import PlaneLayer, Planes
from tpsmm.kernels.winograd import TILE
from tpsmm.kernels.workers import Scratch, run_tasks, spans, torch_on_one_thread

ROWS_AT_ONCE = 8
Widths = list[int]
"""Channels of the pictures side by side in an input; each is padded with zeros to whole panels."""


class Mover:
    """Moves one frame at a time.

    Args:
        network: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, network: DenseMotionNetwork) -> None:
        self.library = library
        self.network = network
        hourglass = network.hourglass
        downs = [cast(DownBlock, block) for block in hourglass.encoder.down_blocks]
        self.downs = [DownLayer(library, block) for block in downs]
        skips = [downs[0].conv.in_channels, *(block.conv.out_channels for block in downs)]
        self.ups = []
        widths = [skips.pop()]
        for block in hourglass.decoder.up_blocks:
            layer = UpLayer(library, cast(UpBlock, block), widths)
            self.ups.append(layer)
            widths = [layer.channels, skips.pop()]
        self.finals = []
        for block in network.up:
            self.finals.append(UpLayer(library, cast(UpBlock, block), widths))
            widths = [cast(UpBlock, block).conv.out_channels]
        masks = [cast(nn.Conv2d, mask) for mask in network.occlusion]
        # The last mask before the finals sees what the contribution maps see: one convolution for both.
        shared = masks[network.small_masks - 1]
        both = torch.cat([network.maps.weight, shared.weight]), torch.cat([_bias(network.maps), _bias(shared)])
        self.maps = PlaneLayer(library, 4, *both)
        self.masks = [PlaneLayer(library, 1, mask.weight, _bias(mask)) for mask in masks]

    @staticmethod
    def misfit(library: Library, network: DenseMotionNetwork) -> str | None:
        """Why the kernels cannot take this network, or None."""
        panel = library.shape.panel
        blocks = [*network.hourglass.encoder.down_blocks, *network.hourglass.decoder.up_blocks]
        odd = sorted({width for block in blocks if (width := cast(DownBlock, block).conv.out_channels) % panel})
        return f"its widths {odd} are no multiples of {panel}" if odd else None

    @torch_on_one_thread()
    def __call__(self, source: MotionSource, driving: Tensor) -> tuple[Tensor, list[Tensor]]:
        """As `DenseMotionNetwork.forward`, for one frame."""
        candidates, features = self.network.candidates(source, driving)
        encoded = [features[0].permute(1, 2, 0)]
        first = padded(encoded[0], self.library.shape.panel)
        inputs = first
        for down in self.downs:
            inputs = down(inputs)
            encoded.append(inputs)
        encoded[0] = first
        pyramid = [encoded.pop()]
        for up in self.ups:
            painted, norm = up(pyramid[-1])
            pyramid.append(_beside(painted, norm, encoded.pop()))
        masks = self._small_masks(pyramid)
        whole = self.maps(Planes.of(self.library, self._real(pyramid[-1])))
        contribution = F.softmax(whole[:-1], dim=0)
        deformation = (candidates[0] * contribution.unsqueeze(-1)).sum(dim=0, keepdim=True)
        masks.append(whole[-1:])
        inputs = pyramid[-1]
        for final, mask in zip(self.finals, self.masks[self.network.small_masks :], strict=True):
            painted, norm = final(inputs)
            masks.append(mask(Planes.normalised(self.library, painted, norm)))
            if final is not self.finals[-1]:
                inputs = apply_norm(painted, norm)
        return deformation, [torch.sigmoid(mask).unsqueeze(0) for mask in masks]

    def _small_masks(self, pyramid: list[Tensor]) -> list[Tensor]:
        """Before the sigmoid, of all levels of the hourglass that have one but the last."""
        count = self.network.small_masks - 1
        levels = pyramid[len(pyramid) - 1 - count : -1]
        pictures = [Planes.of(self.library, level.permute(2, 0, 1)) for level in levels]
        return [mask(planes) for mask, planes in zip(self.masks[:count], pictures, strict=True)]

    def _real(self, picture: Tensor) -> Tensor:
        """(C, H, W) without the padding behind the hourglass's input."""
        return picture[..., : self.network.maps.in_channels].permute(2, 0, 1)


class DownLayer:
    """A 3x3 convolution, norm, ReLU, halved by averages."""

    def __init__(self, library: Library, block: DownBlock) -> None:
        weight = _spread(block.conv.weight, [block.conv.in_channels], library.shape.panel)
        self.library, self.norm = library, block.norm
        # Only the form that the picture's size asks for is made: both would take hundreds of megabytes.
        self.large = cache(lambda: WinogradLayer(library, weight, _bias(block.conv)))
        self.small = cache(lambda: SmallLayer(library, weight, _bias(block.conv)))

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
        panel = library.shape.panel
        weight = _spread(block.conv.weight, widths, panel)
        self.channels = _whole(len(weight), panel)
        beyond = self.channels - len(weight)
        weight = F.pad(weight, (0, 0, 0, 0, 0, 0, 0, beyond))
        self.layer = DoublingLayer(library, weight, F.pad(_bias(block.conv), (0, beyond)))
        self.weight, self.bias = F.pad(block.norm.weight, (0, beyond)), F.pad(block.norm.bias, (0, beyond))

    def __call__(self, x: Tensor) -> tuple[Tensor, Norm]:
        out, sums = self.layer(x)
        return out, norm_from_sums(self.library, sums, out.shape[0] * out.shape[1], self.weight, self.bias)


def padded(picture: Tensor, panel: int) -> Tensor:
    """(H, W, C) with zero channels up to whole panels, contiguous."""
    beyond = _whole(picture.shape[2], panel) - picture.shape[2]
    return (F.pad(picture, (0, beyond)) if beyond else picture).contiguous()


def _whole(channels: int, panel: int) -> int:
    return -(-channels // panel) * panel


def _spread(weight: Tensor, widths: Widths, panel: int) -> Tensor:
    """(O, C, 3, 3) with zeros where the inputs are padded."""
    parts = torch.split(weight, widths, dim=1)
    beyond = [_whole(part.shape[1], panel) - part.shape[1] for part in parts]
    return torch.cat([F.pad(part, (0, 0, 0, 0, 0, more)) for part, more in zip(parts, beyond, strict=True)], dim=1)


def apply_norm(picture: Tensor, norm: Norm) -> Tensor:
    """relu(norm(picture))"""
    return torch.addcmul(norm.shift, picture, norm.scale).relu_()


def _beside(painted: Tensor, norm: Norm, skip: Tensor) -> Tensor:
    return torch.cat([apply_norm(painted, norm), skip], dim=2)


def _bias(convolution: nn.Conv2d) -> Tensor:
    assert convolution.bias is not None  # noqa: S101  (every convolution here is built with one)
    return convolution.bias
