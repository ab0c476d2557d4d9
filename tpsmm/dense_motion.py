"""Dense motion (sections 3.2 and 3.3): K splines and the background, blended pixel by pixel, and occlusion masks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.antialias import BlurAndThin
from networks.blocks import Hourglass, UpBlock
from networks.grids import coordinate_grid, gaussians, settled, warp
from networks.narrow import NarrowConv2d
from tpsmm.config import CommonConfig, DenseMotionConfig
from tpsmm.tps import bend_grid, solve_splines

KEYPOINT_VARIANCE = 0.01
MASKS = 4


@dataclass(frozen=True)
class MotionSource:
    """What dense motion needs of the portrait, the same for every frame.

    Attributes:
        small: (1, 3, h, w) the portrait, blurred and thinned.
        still: (1, 3, h, w) the same, through the background's transformation, which in animation is the identity.
        bumps: (1, 5K, h, w) its keypoints as Gaussians.
        keypoints: (1, 5K, 2).

    In training there are as many portraits as frames: N in place of 1.
    """

    small: Tensor
    still: Tensor
    bumps: Tensor
    keypoints: Tensor


class DenseMotionNetwork(nn.Module):
    """Keypoints of source and frame to a backward deformation and occlusion masks."""

    def __init__(self, common: CommonConfig, config: DenseMotionConfig) -> None:
        super().__init__()
        features = common.num_channels * (common.num_tps + 1) + 5 * common.num_tps + 1
        if config.scale_factor != 1:
            self.down = BlurAndThin(common.num_channels, config.scale_factor)
        self.hourglass = Hourglass(features, config.block_expansion, config.num_blocks, config.max_features)
        channels = self.hourglass.out_channels
        self.maps = NarrowConv2d(channels[-1], common.num_tps + 1, 7)
        if common.multi_mask:
            doublings = int(math.log2(1 / config.scale_factor))
            widths = [channels[-1] // 2**level for level in range(doublings + 1)]
            self.up = nn.ModuleList(UpBlock(before, after) for before, after in pairwise(widths))
            self.small_masks = MASKS - doublings
            mask_inputs = channels[len(channels) - self.small_masks :] + widths[1:]
        else:
            self.up = nn.ModuleList()
            self.small_masks = 1
            mask_inputs = channels[-1:]
        self.occlusion = nn.ModuleList(NarrowConv2d(width, 1, 7) for width in mask_inputs)

    def encode(self, source: Tensor, keypoints: Tensor, background: Tensor | None = None) -> MotionSource:
        """The part that depends on the (1, 3, H, W) portrait and its (1, 5K, 2) keypoints alone.

        Args:
            background: (N, h, w, 2), where each pixel of a frame's background lies in the source; None: where it is.
        """
        small = self.down(source) if hasattr(self, "down") else source
        grid = coordinate_grid(small.shape[2], small.shape[3], small)
        still = warp(small, grid.expand(len(small), -1, -1, -1) if background is None else background)
        return MotionSource(small, still, gaussians(keypoints, grid, KEYPOINT_VARIANCE), keypoints)

    def forward(self, source: MotionSource, driving: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The motion of each of N frames.

        Args:
            driving: (N, 5K, 2), the keypoints that the portrait is to take.
        Returns:
            deformation (N, h, w, 2): where each pixel comes from, -1..1; and the occlusion masks, each (N, 1, *, *),
            0 (to be painted anew) to 1 (as in the source), coarse to fine.
        """
        candidates, features = self.candidates(source, driving)
        return self.blend(candidates, self.hourglass(settled(features)))

    def candidates(self, source: MotionSource, driving: Tensor) -> tuple[Tensor, Tensor]:
        """The K + 1 motions (N, K + 1, h, w, 2), the background's first, and the hourglass's input (N, F, h, w)."""
        count = len(driving)
        height, width = source.small.shape[2:]
        grid = coordinate_grid(height, width, driving)
        weights, affine = solve_splines(driving, source.keypoints.expand_as(driving))
        bent = bend_grid(driving, weights, affine, grid)
        pictures = source.small.unsqueeze(1).expand(count, bent.shape[1], -1, -1, -1).flatten(0, 1)
        deformed = warp(pictures, bent.flatten(0, 1)).view(count, -1, height, width)
        bumps = gaussians(driving, grid, KEYPOINT_VARIANCE) - source.bumps
        still = source.still.expand(count, -1, -1, -1)
        features = torch.cat([bumps.new_zeros(count, 1, height, width), bumps, still, deformed], dim=1)
        background = grid.expand(count, 1, -1, -1, -1)
        return torch.cat([background, bent], dim=1), features

    def blend(self, candidates: Tensor, pyramid: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """One motion from K + 1 by contribution maps (equation 7), and the masks, from the hourglass's outputs."""
        contribution = F.softmax(self.maps(pyramid[-1]), dim=1)
        deformation = (candidates * contribution.unsqueeze(-1)).sum(dim=1)
        inputs = pyramid[len(pyramid) - self.small_masks :]
        for block in self.up:
            inputs = [*inputs, block(inputs[-1])]
        masks = [torch.sigmoid(mask(x)) for mask, x in zip(self.occlusion, inputs, strict=True)]
        return deformation, masks
