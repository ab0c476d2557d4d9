"""Warping (W): the portrait's feature volume, moved as 21 keypoints move, and flattened to a picture of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from liveportrait.info import POINTS
from liveportrait.sizes import Sizes
from networks.fourier import FourierConv3d

KEYPOINT_VARIANCE = 0.01
LEVELS = 5  # how often the hourglass halves


@dataclass(frozen=True)
class WarpSource:
    """What warping needs of the portrait, the same for every frame.

    Attributes:
        volume: (1, 32, 16, 64, 64) features.
        compressed: (1, 4, 16, 64, 64), of them.
        keypoints: (1, 21, 3).
        bumps: (1, 21, 16, 64, 64), they as Gaussians.
    """

    volume: Tensor
    compressed: Tensor
    keypoints: Tensor
    bumps: Tensor


@dataclass(frozen=True)
class Warped:
    """N frames' features.

    Attributes:
        features: (N, 256, 64, 64).
        deformation: (N, 16, 64, 64, 3) where each place comes from, x, y, z in -1..1.
        mask: (N, 22, 16, 64, 64) of what it is blended, standing still first.
        occlusion: (N, 1, 64, 64).
    """

    features: Tensor
    deformation: Tensor
    mask: Tensor
    occlusion: Tensor


class Block3d(nn.Module):
    """Convolution, norm, ReLU in space: (N, in, D, H, W) -> (N, out, D, H, W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(in_channels, out_channels, 3, padding=1)
        self.norm: nn.Module = nn.BatchNorm3d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)), inplace=True)


class DownBlock3d(Block3d):
    """The same, then halved by averages in height and width."""

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool3d(super().forward(x), (1, 2, 2))


class UpBlock3d(Block3d):
    """Doubled by repetition in height and width, then the same."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.interpolate(x, scale_factor=(1.0, 2.0, 2.0), mode="nearest"))


class Encoder(nn.Module):
    """Halves again and again; every size, the input first."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.down_blocks = nn.ModuleList(DownBlock3d(before, after) for before, after in pairwise(widths))

    def forward(self, x: Tensor) -> list[Tensor]:
        outs = [x]
        for block in self.down_blocks:
            outs.append(block(outs[-1]))
        return outs


class Decoder(nn.Module):
    """Doubles again and again, each time beside the encoder's volume of that size; the last, once more convolved."""

    def __init__(self, widths: Sequence[int], skips: Sequence[int]) -> None:
        super().__init__()
        self.up_blocks = nn.ModuleList()
        channels = skips[-1]
        for width, skip in zip(widths, skips[-2::-1], strict=True):
            self.up_blocks.append(UpBlock3d(channels, width))
            channels = width + skip
        self.conv = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm: nn.Module = nn.BatchNorm3d(channels)
        self.out_channels = channels

    def forward(self, encoded: list[Tensor]) -> Tensor:
        out = encoded[-1]
        for block, skip in zip(self.up_blocks, encoded[-2::-1], strict=True):
            out = torch.cat([block(out), skip], dim=1)
        return F.relu(self.norm(self.conv(out)), inplace=True)


class Hourglass3d(nn.Module):
    """U-Net in space, which halves height and width alone: (N, 110, 16, 64, 64) -> (N, 142, 16, 64, 64)."""

    def __init__(self, in_channels: int, first: int, most: int) -> None:
        super().__init__()
        widths = [min(most, first * 2**level) for level in range(LEVELS + 1)]
        encoded = [in_channels, *widths[1:]]
        self.encoder = Encoder(encoded)
        self.decoder = Decoder(widths[-2::-1], encoded)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.decoder(self.encoder(x))
        return out


class DenseMotionNetwork(nn.Module):
    """Keypoints of source and frame to a deformation and an occlusion mask."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.hourglass = Hourglass3d((POINTS + 1) * (1 + sizes.compressed), sizes.hourglass, sizes.most)
        channels = self.hourglass.decoder.out_channels
        self.mask = FourierConv3d(channels, POINTS + 1, 7)
        self.compress = nn.Conv3d(sizes.volume, sizes.compressed, 1)
        self.norm = nn.BatchNorm3d(sizes.compressed)
        self.occlusion = nn.Conv2d(channels * sizes.depth, 1, 7, padding=3)

    def encode(self, volume: Tensor, keypoints: Tensor) -> WarpSource:
        """The part that depends on the portrait alone."""
        grid = volume_grid(volume)
        return WarpSource(volume, F.relu(self.norm(self.compress(volume))), keypoints, bumps_of(keypoints, grid))

    def candidates(self, source: WarpSource, driving: Tensor) -> tuple[Tensor, Tensor]:
        """The 22 motions (N, 22, 16, 64, 64, 3), standing still first, and the hourglass's input (N, 110, ...)."""
        count = len(driving)
        grid = volume_grid(source.volume)
        shifts = (source.keypoints - driving).view(count, -1, 1, 1, 1, 3)
        motions = torch.cat([grid.expand(count, 1, -1, -1, -1, -1), grid + shifts], dim=1)
        volumes = source.compressed.unsqueeze(1).expand(count, POINTS + 1, -1, -1, -1, -1).flatten(0, 1)
        moved = sampled(volumes, motions.flatten(0, 1)).view(count, -1, *source.compressed.shape[1:])
        bumps = bumps_of(driving, grid) - source.bumps
        bumps = torch.cat([torch.zeros_like(bumps[:, :1]), bumps], dim=1)
        return motions, torch.cat([bumps.unsqueeze(2), moved], dim=2).flatten(1, 2)

    @staticmethod
    def blend(candidates: Tensor, contributions: Tensor) -> tuple[Tensor, Tensor]:
        """Deformation and mask, from the contribution maps before their softmax."""
        mask = F.softmax(contributions, dim=1)
        return (candidates * mask.unsqueeze(-1)).sum(dim=1), mask


class WarpingNetwork(nn.Module):
    """Feature volume and keypoints to a picture of features."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.dense_motion_network = DenseMotionNetwork(sizes)
        self.third = FlatBlock(sizes.volume * sizes.depth, sizes.flat)
        self.fourth = nn.Conv2d(sizes.flat, sizes.flat, 1)

    def encode(self, volume: Tensor, keypoints: Tensor) -> WarpSource:
        """See DenseMotionNetwork.encode."""
        return self.dense_motion_network.encode(volume, keypoints)

    def forward(self, source: WarpSource, driving: Tensor) -> Warped:
        """The features of N frames; `driving`: (N, 21, 3), the keypoints that the portrait is to take."""
        motion = self.dense_motion_network
        candidates, features = motion.candidates(source, driving)
        last = motion.hourglass(features)
        return self.flatten(source, candidates, motion.mask(last), motion.occlusion(last.flatten(1, 2)))

    def flatten(self, source: WarpSource, candidates: Tensor, contributions: Tensor, occlusion: Tensor) -> Warped:
        """The end of `forward`, from the maps before softmax and sigmoid."""
        deformation, mask = self.dense_motion_network.blend(candidates, contributions)
        occlusion = torch.sigmoid(occlusion)
        moved = sampled(source.volume.expand(len(deformation), -1, -1, -1, -1), deformation).flatten(1, 2)
        features = self.fourth(self.third(moved)) * occlusion
        return Warped(features, deformation, mask, occlusion)


class FlatBlock(nn.Module):
    """Convolution, norm, leaky ReLU: (N, in, H, W) -> (N, out, H, W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm: nn.Module = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(self.norm(self.conv(x)), 0.01, inplace=True)


def volume_grid(volume: Tensor) -> Tensor:
    """(D, H, W, 3): x, y, z of every place of an (N, C, D, H, W) volume, -1 and 1 at the first and last."""
    axes = [
        torch.arange(size, dtype=volume.dtype, device=volume.device) * 2 / (size - 1) - 1 for size in volume.shape[2:]
    ]
    z, y, x = torch.meshgrid(*axes, indexing="ij")
    return torch.stack([x, y, z], dim=-1)


def bumps_of(keypoints: Tensor, grid: Tensor) -> Tensor:
    """(N, P, D, H, W): a Gaussian of height 1 at each of (N, P, 3) keypoints."""
    lines = [grid[0, 0, :, 0], grid[0, :, 0, 1], grid[:, 0, 0, 2]]
    x, y, z = (
        torch.exp(-0.5 * (line - keypoints[..., k : k + 1]) ** 2 / KEYPOINT_VARIANCE) for k, line in enumerate(lines)
    )
    return z[..., None, None] * y[..., None, :, None] * x[..., None, None, :]


def sampled(volumes: Tensor, places: Tensor) -> Tensor:
    """(N, C, D, H, W) where the (N, D, H, W, 3) places point, linearly; -1 and 1 are outer edges, outside is 0."""
    return F.grid_sample(volumes, places, mode="bilinear", padding_mode="zeros", align_corners=False)
