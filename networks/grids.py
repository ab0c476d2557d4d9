"""Coordinate grids, bumps and sampling, shared by the networks. Coordinates are -1..1."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def coordinate_grid(height: int, width: int, like: Tensor) -> Tensor:
    """(height, width, 2): x, y of every pixel centre, -1 and 1 at the first and last."""
    x = torch.arange(width, dtype=like.dtype, device=like.device) * 2 / (width - 1) - 1
    y = torch.arange(height, dtype=like.dtype, device=like.device) * 2 / (height - 1) - 1
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)


def gaussians(keypoints: Tensor, grid: Tensor, variance: float) -> Tensor:
    """(N, P, h, w): a bump of height 1 at each of (N, P, 2) keypoints; `grid` from `coordinate_grid`."""
    # A bump is a curve along x times one along y.
    across = torch.exp(-0.5 * (grid[0, :, 0] - keypoints[..., :1]) ** 2 / variance)
    down = torch.exp(-0.5 * (grid[:, 0, 1] - keypoints[..., 1:]) ** 2 / variance)
    return down.unsqueeze(-1) * across.unsqueeze(-2)


def settled(features: Tensor) -> Tensor:
    """The same with 0 for numbers below the smallest normal one, which Intel's processors compute with some hundred
    times as slowly: bumps have them far from their keypoints, a twentieth of a network's input, and no sum feels them.
    """
    return F.hardshrink(features, torch.finfo(features.dtype).tiny)


def warp(picture: Tensor, deformation: Tensor, *, align_corners: bool = True) -> Tensor:
    """Sample (N, C, H, W) bilinearly where the (N, h, w, 2) deformation points; outside is 0.

    The deformation is brought to (H, W) first. A batch of one picture serves every deformation.

    Args:
        align_corners: -1 and 1 are the centres of the outermost pixels, not their outer edges.
    """
    height, width = picture.shape[2:]
    if deformation.shape[1:3] != (height, width):
        planes = deformation.permute(0, 3, 1, 2).contiguous()  # as they lie, PyTorch takes four times as long
        planes = F.interpolate(planes, size=(height, width), mode="bilinear", align_corners=align_corners)
        deformation = planes.permute(0, 2, 3, 1)
    # Half precision would put positions off by pixels: such features are sampled in the deformation's own.
    full = picture.to(deformation.dtype).expand(len(deformation), -1, -1, -1)
    moved = F.grid_sample(full, deformation, mode="bilinear", padding_mode="zeros", align_corners=align_corners)
    return moved.to(picture.dtype)
