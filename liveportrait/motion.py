"""Motion (M): a face to a head pose, an expression and canonical keypoints.

ConvNeXt V2, tiny (Woo et al., arXiv 2301.00808).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from liveportrait.info import POINTS, MotionInfo, rotation
from liveportrait.sizes import Sizes

EPSILON = 1e-6
BINS, DEGREES_A_BIN, DEGREES_AT_0 = 66, 3.0, -97.5


class PlaneNorm(nn.LayerNorm):
    """Layer norm over the channels of (N, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ResponseNorm(nn.Module):
    """Global response normalisation of (N, H, W, C): channels compete by their energy."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, channels))

    def forward(self, x: Tensor) -> Tensor:
        energy = torch.linalg.vector_norm(x, dim=(1, 2), keepdim=True)
        share = energy / (energy.mean(dim=-1, keepdim=True) + EPSILON)
        return torch.addcmul(self.beta, x, self.gamma * share) + x


class Block(nn.Module):
    """Depth-wise convolution, then two linear layers for each pixel, around a shortcut; keeps its shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=EPSILON)
        self.pwconv1 = nn.Linear(channels, 4 * channels)
        self.grn = ResponseNorm(4 * channels)
        self.pwconv2 = nn.Linear(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        out = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        out = self.pwconv2(self.grn(F.gelu(self.pwconv1(out))))
        return x + out.permute(0, 3, 1, 2)


class Heads(NamedTuple):
    """What is read of N faces: pitch, yaw and roll (N, 1) in degrees; the rest as in MotionInfo."""

    pitch: Tensor
    yaw: Tensor
    roll: Tensor
    exp: Tensor
    scale: Tensor
    t: Tensor
    kp: Tensor


class ConvNeXt(nn.Module):
    """(N, 3, 256, 256), 0..1 -> what the heads say."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        widths = sizes.stages
        stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, stride=4), PlaneNorm(widths[0]))
        halves = [
            nn.Sequential(PlaneNorm(before), nn.Conv2d(before, after, 2, stride=2))
            for before, after in pairwise(widths)
        ]
        self.downsample_layers = nn.ModuleList([stem, *halves])
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(depth)))
            for width, depth in zip(widths, sizes.depths, strict=True)
        )
        self.norm = nn.LayerNorm(widths[-1], eps=EPSILON)
        self.fc_kp = nn.Linear(widths[-1], 3 * POINTS)
        self.fc_scale = nn.Linear(widths[-1], 1)
        self.fc_pitch = nn.Linear(widths[-1], BINS)
        self.fc_yaw = nn.Linear(widths[-1], BINS)
        self.fc_roll = nn.Linear(widths[-1], BINS)
        self.fc_t = nn.Linear(widths[-1], 3)
        self.fc_exp = nn.Linear(widths[-1], 3 * POINTS)

    def forward(self, pictures: Tensor) -> Heads:
        out = pictures
        for shrink, stage in zip(self.downsample_layers, self.stages, strict=True):
            out = stage(shrink(out))
        code = self.norm(out.mean(dim=(2, 3)))
        return Heads(
            pitch=degrees(self.fc_pitch(code)),
            yaw=degrees(self.fc_yaw(code)),
            roll=degrees(self.fc_roll(code)),
            t=self.fc_t(code),
            exp=self.fc_exp(code).view(-1, POINTS, 3),
            scale=self.fc_scale(code),
            kp=self.fc_kp(code).view(-1, POINTS, 3),
        )


def degrees(logits: Tensor) -> Tensor:
    """(N, 66) of bins of 3 degrees each -> the expected angle (N, 1)."""
    bins = torch.arange(BINS, dtype=logits.dtype, device=logits.device)
    return (F.softmax(logits, dim=1) * bins).sum(dim=1, keepdim=True) * DEGREES_A_BIN + DEGREES_AT_0


class MotionExtractor(nn.Module):
    """(N, 3, 256, 256), 0..1 -> the motion of N faces; under the name that published files use."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.detector = ConvNeXt(sizes)

    def forward(self, pictures: Tensor) -> MotionInfo:
        found: Heads = self.detector(pictures)
        turned = rotation(found.pitch, found.yaw, found.roll)
        return MotionInfo(turned, found.exp, found.scale, found.t, found.kp)
