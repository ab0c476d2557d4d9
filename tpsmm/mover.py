"""The dense motion network over the kernels: the same result as `DenseMotionNetwork`, but for rounding.

The splines stay with torch, so that they get the very bits that plain float32 gets: they magnify differences.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.blocks import UpBlock
from networks.grids import settled
from networks.kernels.block_layers import HourglassLayer, UpLayer, apply_norm, bias_of, odd_widths
from networks.kernels.jit import Library
from networks.kernels.plane_layers import PlaneLayer, Planes
from networks.kernels.workers import torch_on_one_thread
from tpsmm.dense_motion import DenseMotionNetwork, MotionSource


class Mover:
    """Moves one frame at a time.

    Args:
        network: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, network: DenseMotionNetwork) -> None:
        self.library = library
        self.network = network
        self.hourglass = HourglassLayer(library, network.hourglass)
        widths = self.hourglass.widths
        self.finals = []
        for block in network.up:
            self.finals.append(UpLayer(library, cast(UpBlock, block), widths))
            widths = [cast(UpBlock, block).conv.out_channels]
        masks = [cast(nn.Conv2d, mask) for mask in network.occlusion]
        # The last mask before the finals sees what the contribution maps see: one convolution for both.
        shared = masks[network.small_masks - 1]
        both = torch.cat([network.maps.weight, shared.weight]), torch.cat([bias_of(network.maps), bias_of(shared)])
        self.maps = PlaneLayer(library, 4, *both)
        self.masks = [PlaneLayer(library, 1, mask.weight, bias_of(mask)) for mask in masks]

    @staticmethod
    def misfit(network: DenseMotionNetwork) -> str | None:
        """Why the kernels cannot take this network, or None."""
        return odd_widths(network.hourglass)

    @torch_on_one_thread()
    def __call__(self, source: MotionSource, driving: Tensor) -> tuple[Tensor, list[Tensor]]:
        """As `DenseMotionNetwork.forward`, for one frame."""
        candidates, features = self.network.candidates(source, driving)
        pyramid = self.hourglass(settled(features)[0].permute(1, 2, 0))
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
