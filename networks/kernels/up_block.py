"""A single up block over the kernels, for networks that torch computes otherwise."""

from __future__ import annotations

import torch
from torch import Tensor

from networks.blocks import UpBlock
from networks.kernels.block_layers import UpLayer, apply_norm, padded
from networks.kernels.jit import Library


class KernelUpBlock:
    """`UpBlock.forward` as nine products, of plain sums: the same result but for rounding, the same bits always.

    Args:
        block: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, block: UpBlock) -> None:
        self.channels = block.conv.out_channels
        self.layer = UpLayer(library, block, [block.conv.in_channels])

    def __call__(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, O, 2H, 2W), channels last."""
        pictures = [self._of_one(picture) for picture in x]
        return pictures[0] if len(pictures) == 1 else torch.cat(pictures)

    def _of_one(self, picture: Tensor) -> Tensor:
        painted, norm = self.layer(padded(picture.permute(1, 2, 0)))
        return apply_norm(painted, norm)[..., : self.channels].permute(2, 0, 1).unsqueeze(0)
