"""The inpainting network (section 3.3): the portrait's features, moved, dimmed where hidden, and painted anew."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.blocks import DownBlock, ResBlock, SameBlock, UpBlock
from networks.grids import warp
from networks.narrow import NarrowConv2d
from tpsmm.config import CommonConfig, GeneratorConfig


class InpaintingNetwork(nn.Module):
    """Portrait, deformation and masks to a picture."""

    def __init__(self, common: CommonConfig, config: GeneratorConfig) -> None:
        super().__init__()
        self.multi_mask = common.multi_mask
        levels = config.num_down_blocks
        widths = [min(config.max_features, config.block_expansion * 2**level) for level in range(levels + 1)]
        self.first = SameBlock(common.num_channels, config.block_expansion, 7)
        self.down_blocks = nn.ModuleList(DownBlock(before, after) for before, after in pairwise(widths))
        # From the second on, a stage sees the one before beside the portrait's features of that size.
        inner = [config.max_features // 2**level for level in range(levels + 1)]
        stages = [inner[0], *inner[: levels - 1]]
        self.resblock = nn.ModuleList(ResBlock(width) for width in stages for _ in range(2))
        self.up_blocks = nn.ModuleList(UpBlock(stages[level], inner[level + 1]) for level in range(levels))
        self.final = NarrowConv2d(config.block_expansion, common.num_channels, 7)

    def encode(self, source: Tensor) -> list[Tensor]:
        """(1, 3, H, W) -> the portrait's features, full size first, each next one half as large."""
        maps = [self.first(source)]
        for block in self.down_blocks:
            maps.append(block(maps[-1]))
        return maps

    def forward(self, source: Tensor, maps: list[Tensor], deformation: Tensor, masks: list[Tensor]) -> Tensor:
        """Paint N frames.

        Args:
            source: (1, 3, H, W), 0..1, with its `maps` from `encode`.
            deformation: (N, h, w, 2) and masks: from the dense motion network, float32 whatever the features are.
        Returns:
            (N, 3, H, W), 0..1.
        """
        painted, moved, mask = self.layers(source, maps, deformation, masks)
        return painted * (1 - mask) + moved * mask

    def layers(
        self, source: Tensor, maps: list[Tensor], deformation: Tensor, masks: list[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What `forward` blends: painted anew and the source moved, (N, 3, H, W) each, and the mask, (N, 1, H, W)."""
        out = self._moved(maps[-1], deformation, masks[0])
        skip = out
        for level, up in enumerate(self.up_blocks):
            out = self.resblock[2 * level + 1](self.resblock[2 * level](out))
            out = up(out)
            skip = self._moved(maps[-2 - level], deformation, masks[level + 1 if self.multi_mask else 0])
            if level < len(self.up_blocks) - 1:
                out = torch.cat([out, skip], dim=1)
        mask = fitted_mask(masks[-1], source)
        painted = self.final(out * (1 - mask).to(out.dtype) + skip).to(source.dtype)
        return torch.sigmoid(painted), warp(source, deformation), mask

    @staticmethod
    def _moved(features: Tensor, deformation: Tensor, mask: Tensor) -> Tensor:
        return warp(features, deformation) * fitted_mask(mask, features).to(features.dtype)


def fitted_mask(mask: Tensor, like: Tensor) -> Tensor:
    """The mask at the size of `like` (without multi_mask there is but one, of the deformation's size)."""
    if mask.shape[2:] == like.shape[2:]:
        return mask
    return F.interpolate(mask, size=like.shape[2:], mode="bilinear", align_corners=True)
