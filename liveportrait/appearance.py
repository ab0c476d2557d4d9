"""Appearance (F): a portrait to a volume of features."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from liveportrait.sizes import Sizes
from networks.blocks import DownBlock, SameBlock


class ResBlock3d(nn.Module):
    """Norm, ReLU, convolution, twice, around a shortcut (pre-activation), in space; keeps its shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm1 = nn.BatchNorm3d(channels)
        self.norm2 = nn.BatchNorm3d(channels)

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv1(F.relu(self.norm1(x)))
        return self.conv2(F.relu(self.norm2(out))) + x


class AppearanceFeatureExtractor(nn.Module):
    """(N, 3, 256, 256), 0..1 -> (N, 32, 16, 64, 64)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        norm, width = nn.BatchNorm2d, sizes.first
        self.shape = (sizes.volume, sizes.depth)
        self.first = SameBlock(3, width, 3, norm)
        self.down_blocks = nn.ModuleList([DownBlock(width, 2 * width, norm), DownBlock(2 * width, 4 * width, norm)])
        self.second = nn.Conv2d(4 * width, sizes.volume * sizes.depth, 1)
        self.resblocks_3d = nn.Sequential()
        for k in range(sizes.residuals):
            self.resblocks_3d.add_module(f"3dr{k}", ResBlock3d(sizes.volume))

    def forward(self, pictures: Tensor) -> Tensor:
        out = self.first(pictures)
        for block in self.down_blocks:
            out = block(out)
        volume = self.second(out).unflatten(1, self.shape)
        return torch.as_tensor(self.resblocks_3d(volume.contiguous()))
