"""Dense motion (section 3.2): an affine motion near each keypoint and the background, blended pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from fomm.config import CommonConfig, DenseMotionConfig
from fomm.keypoints import Keypoints, inverse
from networks.antialias import BlurAndThin
from networks.blocks import Hourglass
from networks.grids import coordinate_grid, gaussians, settled, warp
from networks.narrow import NarrowConv2d

KEYPOINT_VARIANCE = 0.01
FAR = 1e4  # where a matrix that has no inverse points: outside of every picture, and still a number


@dataclass(frozen=True)
class MotionSource:
    """What dense motion needs of the portrait, the same for every frame.

    Attributes:
        small: (1, 3, h, w) the portrait, blurred and thinned.
        bumps: (1, K, h, w) its keypoints as Gaussians.
        keypoints: of one picture.
    """

    small: Tensor
    bumps: Tensor
    keypoints: Keypoints


@dataclass(frozen=True)
class Motion:
    """How the portrait moves in each of N frames.

    Attributes:
        deformation: (N, h, w, 2) where each pixel comes from, x, y in -1..1.
        mask: (N, K + 1, h, w), of what it is blended, the background first.
        occlusion: (N, 1, h, w), 0 (painted anew) to 1 (as in the source).
    """

    deformation: Tensor
    mask: Tensor
    occlusion: Tensor


class DenseMotionNetwork(nn.Module):
    """Keypoints of source and frame to a backward deformation and an occlusion mask."""

    def __init__(self, common: CommonConfig, config: DenseMotionConfig) -> None:
        super().__init__()
        features = (common.num_kp + 1) * (common.num_channels + 1)
        self.hourglass = Hourglass(
            features, config.block_expansion, config.num_blocks, config.max_features, nn.BatchNorm2d
        )
        channels = self.hourglass.out_channels[-1]
        self.mask = NarrowConv2d(channels, common.num_kp + 1, 7)
        self.occlusion = NarrowConv2d(channels, 1, 7)
        if config.scale_factor != 1:
            self.down = BlurAndThin(common.num_channels, config.scale_factor)

    def encode(self, source: Tensor, keypoints: Keypoints) -> MotionSource:
        """The part that depends on the (1, 3, H, W) portrait and its keypoints alone."""
        small = self.down(source) if hasattr(self, "down") else source
        grid = coordinate_grid(small.shape[2], small.shape[3], small)
        return MotionSource(small, gaussians(keypoints.value, grid, KEYPOINT_VARIANCE), keypoints)

    def forward(self, source: MotionSource, driving: Keypoints) -> Motion:
        """The motion of each of N frames; `driving`: the keypoints that the portrait is to take."""
        candidates, features = self.candidates(source, driving)
        last = self.hourglass(settled(features))[-1]
        return self.blend(candidates, self.mask(last), self.occlusion(last))

    def candidates(self, source: MotionSource, driving: Keypoints) -> tuple[Tensor, Tensor]:
        """The K + 1 motions (N, K + 1, h, w, 2), the background's first, and the hourglass's input (N, F, h, w)."""
        count = len(driving)
        height, width = source.small.shape[2:]
        grid = coordinate_grid(height, width, driving.value)
        own = source.keypoints
        matrices = (own.jacobian @ inverse(driving.jacobian)).transpose(2, 3)
        shifted = grid.view(1, 1, -1, 2) - driving.value.unsqueeze(2)
        near = shifted @ matrices + own.value.unsqueeze(2)
        near = near.nan_to_num(nan=FAR).clamp(-FAR, FAR).view(count, -1, height, width, 2)
        motions = torch.cat([grid.expand(count, 1, -1, -1, -1), near], dim=1)
        pictures = source.small.unsqueeze(1).expand(count, motions.shape[1], -1, -1, -1).flatten(0, 1)
        moved = warp(pictures, motions.flatten(0, 1), align_corners=False).view(count, -1, 3, height, width)
        bumps = gaussians(driving.value, grid, KEYPOINT_VARIANCE) - source.bumps
        bumps = torch.cat([bumps.new_zeros(count, 1, height, width), bumps], dim=1)
        return motions, torch.cat([bumps.unsqueeze(2), moved], dim=2).flatten(1, 2)

    @staticmethod
    def blend(candidates: Tensor, contributions: Tensor, occlusion: Tensor) -> Motion:
        """One motion from K + 1, by the maps before their softmax and their sigmoid."""
        mask = F.softmax(contributions, dim=1)
        return Motion((candidates * mask.unsqueeze(-1)).sum(dim=1), mask, torch.sigmoid(occlusion))
