"""Thin-plate splines (Bookstein, PAMI 1989; section 3.1). Coordinates are -1..1."""

from __future__ import annotations

import torch
from torch import Tensor

POINTS = 5  # control points of one spline
DAMPING = 0.01  # on the diagonal of the system: the published training's, so part of the model
TINY = 1e-9  # keeps the logarithm finite at a control point


def _radial(squared: Tensor) -> Tensor:
    """The spline's kernel, r^2 log r^2, of squared distances (equation 2)."""
    return squared * torch.log(squared + TINY)


def solve_splines(driving: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
    """The splines that carry driving keypoints onto source keypoints (equations 3 and 4).

    Args:
        driving, source: (N, 5K, 2).
    Returns:
        weights (N, K, 5, 2) of the radial part and affine (N, K, 3, 2): rows for x, y and 1.
    """
    count = len(driving)
    control = driving.view(count, -1, POINTS, 2)
    target = source.view(count, -1, POINTS, 2)
    splines = control.shape[1]
    distances = torch.linalg.vector_norm(control.unsqueeze(3) - control.unsqueeze(2), dim=-1)
    homogeneous = torch.cat([control, control.new_ones(count, splines, POINTS, 1)], dim=-1)
    corner = control.new_zeros(count, splines, 3, 3)
    top = torch.cat([_radial(distances**2), homogeneous], dim=-1)
    bottom = torch.cat([homogeneous.transpose(2, 3), corner], dim=-1)
    system = torch.cat([top, bottom], dim=2)
    system = system + DAMPING * torch.eye(POINTS + 3, dtype=system.dtype, device=system.device)
    solution = torch.inverse(system)[..., :POINTS] @ target
    return solution[:, :, :POINTS], solution[:, :, POINTS:]


def bend_grid(driving: Tensor, weights: Tensor, affine: Tensor, grid: Tensor) -> Tensor:
    """Where each pixel of the driving frame lies in the source, by each spline (equation 1).

    Args:
        driving: (N, 5K, 2), as given to `solve_splines`, with its `weights` and `affine`.
        grid: (h, w, 2), from `networks.grids.coordinate_grid`.
    Returns:
        (N, K, h, w, 2).
    """
    height, width, _ = grid.shape
    count, splines = weights.shape[:2]
    points = grid.reshape(-1, 2)
    # Pixel beside pixel, an axis after the other: pairs of x and y are too short to compute with fast.
    across, down = points.t().contiguous().view(2, 1, 1, 1, -1)
    x, y = driving.view(count, splines, POINTS, 1, 2).unbind(-1)
    radial = _radial((across - x) ** 2 + (down - y) ** 2)
    bent = points @ affine[:, :, :2] + affine[:, :, 2:] + radial.transpose(2, 3).contiguous() @ weights
    return bent.view(count, splines, height, width, 2)
