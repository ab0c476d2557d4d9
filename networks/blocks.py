"""Blocks that the convolutional networks share. Norms are per picture, or fixed once trained, so batches never mix."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.fusion import fuse_conv_bn_eval

from networks.upsampling import phase_convolution, phase_weights

CONVOLUTIONS, BATCH_NORMS = (nn.Conv2d, nn.Conv3d), (nn.BatchNorm2d, nn.BatchNorm3d)
NormOf = Callable[[int], nn.Module]
"""A norm for so many channels."""


class PictureNorm(nn.InstanceNorm2d):
    """Instance norm (Ulyanov et al., arXiv 1607.08022) that keeps a single picture's memory layout."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        # Of one picture, the batch's statistics are the picture's; batch_norm and group_norm know channels-last.
        if len(x) == 1:
            return F.batch_norm(x, None, None, self.weight, self.bias, training=True, eps=self.eps)
        if self.training:
            return F.group_norm(x, self.num_features, self.weight, self.bias, eps=self.eps)
        return super().forward(x)


class SameBlock(nn.Module):
    """Convolution, norm, ReLU at one size: (N, in, H, W) -> (N, out, H, W)."""

    norm: nn.Module

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, norm: NormOf = PictureNorm) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2)
        self.norm = norm(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)), inplace=True)


class DownBlock(SameBlock):
    """The same, then halved by averages: (N, in, H, W) -> (N, out, H / 2, W / 2)."""

    def __init__(self, in_channels: int, out_channels: int, norm: NormOf = PictureNorm) -> None:
        super().__init__(in_channels, out_channels, 3, norm)

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(super().forward(x), 2)


class UpBlock(SameBlock):
    """Doubled by repetition, then the same: (N, in, H, W) -> (N, out, 2H, 2W).

    After `fold` the repetition is never made: `networks.upsampling` says how. After `delegate` another form computes
    it.
    """

    def __init__(self, in_channels: int, out_channels: int, norm: NormOf = PictureNorm) -> None:
        super().__init__(in_channels, out_channels, 3, norm)
        self._folded = False
        self._delegate: Callable[[Tensor], Tensor] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Copies may be given other weights, or another type: they compute the block themselves."""
        return self.__dict__ | {"_delegate": None}

    def delegate(self, form: Callable[[Tensor], Tensor]) -> None:
        """Compute the block by another form of it, which has the weights of now."""
        self._delegate = form

    def fold(self) -> None:
        """Compute the weights of the folded form from the loaded ones; call it again if those change."""
        for parity, weight in enumerate(phase_weights(self.conv.weight.detach())):
            self.register_buffer(f"phase{parity}", weight, persistent=False)
        self._folded = True

    def forward(self, x: Tensor) -> Tensor:
        if self._delegate is not None:
            return self._delegate(x)
        if not self._folded:
            return super().forward(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        bias = self.conv.bias
        assert bias is not None  # noqa: S101  (the convolution above always has one)
        phases = tuple(self.get_buffer(f"phase{parity}") for parity in range(4))
        return F.relu(self.norm(phase_convolution(x, phases, bias)), inplace=True)


class ResBlock(nn.Module):
    """Norm, ReLU, convolution, twice, around a shortcut (pre-activation); keeps its shape."""

    norm1: nn.Module
    norm2: nn.Module

    def __init__(self, channels: int, norm: NormOf = PictureNorm) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1 = norm(channels)
        self.norm2 = norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv1(F.relu(self.norm1(x), inplace=True))
        return self.conv2(F.relu(self.norm2(out), inplace=True)).add_(x)


class HourglassEncoder(nn.Module):
    """Halves the picture again and again; returns every size, the input first."""

    def __init__(self, widths: list[int], norm: NormOf = PictureNorm) -> None:
        super().__init__()
        self.down_blocks = nn.ModuleList(DownBlock(before, after, norm) for before, after in pairwise(widths))

    def forward(self, x: Tensor) -> list[Tensor]:
        outs = [x]
        for block in self.down_blocks:
            outs.append(block(outs[-1]))
        return outs


class HourglassDecoder(nn.Module):
    """Doubles again and again, each time beside the encoder's picture of that size; returns every size."""

    def __init__(self, widths: list[int], skips: list[int], norm: NormOf = PictureNorm) -> None:
        super().__init__()
        self.up_blocks = nn.ModuleList()
        self.out_channels: list[int] = []
        channels = skips[-1]
        for width, skip in zip(widths, skips[-2::-1], strict=True):
            self.up_blocks.append(UpBlock(channels, width, norm))
            channels = width + skip
            self.out_channels.append(channels)

    def forward(self, encoded: list[Tensor]) -> list[Tensor]:
        outs = [encoded[-1]]
        for block, skip in zip(self.up_blocks, encoded[-2::-1], strict=True):
            outs.append(torch.cat([block(outs[-1]), skip], dim=1))
        return outs[1:]


class Hourglass(nn.Module):
    """U-Net (Ronneberger et al., arXiv 1505.04597): (N, in, h, w) -> a picture of each size, small to large."""

    def __init__(
        self,
        in_features: int,
        block_expansion: int,
        num_blocks: int,
        max_features: int,
        norm: NormOf = PictureNorm,
    ) -> None:
        super().__init__()
        widths = [min(max_features, block_expansion * 2**level) for level in range(1, num_blocks + 1)]
        self.encoder = HourglassEncoder([in_features, *widths], norm)
        up_widths = [min(max_features, block_expansion * 2**level) for level in reversed(range(num_blocks))]
        self.decoder = HourglassDecoder(up_widths, [in_features, *widths], norm)
        self.out_channels = self.decoder.out_channels

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.decoder(self.encoder(x))


def fold_norms(network: nn.Module) -> None:
    """Put every trained batch norm that follows a convolution into that convolution's weights, for good.

    The result differs by rounding alone; call it when the weights are loaded.
    """
    for block in network.modules():
        for convolution, norm in (("conv", "norm"), ("conv1", "norm2")):
            before, after = getattr(block, convolution, None), getattr(block, norm, None)
            if isinstance(before, CONVOLUTIONS) and isinstance(after, BATCH_NORMS):
                setattr(block, convolution, fuse_conv_bn_eval(before, after))
                setattr(block, norm, nn.Identity())
