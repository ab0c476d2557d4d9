"""The generator (section 3.3): the portrait's features, moved, dimmed where hidden, and painted."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from fomm.config import CommonConfig, DenseMotionConfig, GeneratorConfig
from fomm.dense_motion import DenseMotionNetwork
from networks.blocks import DownBlock, ResBlock, SameBlock, UpBlock
from networks.grids import warp
from networks.narrow import NarrowConv2d


class Generator(nn.Module):
    """Portrait and motion to a picture."""

    def __init__(self, common: CommonConfig, config: GeneratorConfig, motion: DenseMotionConfig) -> None:
        super().__init__()
        self.dense_motion_network = DenseMotionNetwork(common, motion)
        widths = [min(config.max_features, config.block_expansion * 2**k) for k in range(config.num_down_blocks + 1)]
        norm = nn.BatchNorm2d
        self.first = SameBlock(common.num_channels, config.block_expansion, 7, norm)
        self.down_blocks = nn.ModuleList(DownBlock(before, after, norm) for before, after in pairwise(widths))
        blocks = {f"r{k}": ResBlock(widths[-1], norm) for k in range(config.num_bottleneck_blocks)}
        self.bottleneck = nn.Sequential()
        for name, block in blocks.items():
            self.bottleneck.add_module(name, block)
        self.up_blocks = nn.ModuleList(UpBlock(before, after, norm) for before, after in pairwise(widths[::-1]))
        self.final = NarrowConv2d(config.block_expansion, common.num_channels, 7)

    def encode(self, source: Tensor) -> Tensor:
        """(1, 3, H, W) -> the portrait's features, (1, C, H / 2^n, W / 2^n)."""
        features: Tensor = self.first(source)
        for block in self.down_blocks:
            features = block(features)
        return features

    def forward(self, features: Tensor, deformation: Tensor, occlusion: Tensor) -> Tensor:
        """Paint N frames.

        Args:
            features: from `encode`.
            deformation: (N, h, w, 2) and occlusion (N, 1, h, w): of the motion, float32 whatever the features are.
        Returns:
            (N, 3, H, W), 0..1, of the deformation's type.
        """
        out: Tensor = self.bottleneck(moved(features, deformation, occlusion))
        for block in self.up_blocks:
            out = block(out)
        return torch.sigmoid(self.final(out).to(deformation.dtype))


def moved(features: Tensor, deformation: Tensor, occlusion: Tensor) -> Tensor:
    """The features where the deformation takes them, times the mask: (N, C, h, w)."""
    shifted = warp(features, deformation, align_corners=False)
    if occlusion.shape[2:] != features.shape[2:]:
        occlusion = F.interpolate(occlusion, size=features.shape[2:], mode="bilinear", align_corners=False)
    return shifted * occlusion.to(features.dtype)
