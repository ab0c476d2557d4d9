"""The networks as training uses them: batches of pairs, gradients on, nothing folded."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from networks.grids import coordinate_grid
from tpsmm.model import Model

GRADIENT_LAYOUT = torch.channels_last


@dataclass(frozen=True)
class Movement:
    """How N sources move into N driving frames.

    Attributes:
        deformation: (N, h, w, 2), -1..1.
        masks: from DenseMotionNetwork.
    """

    deformation: Tensor
    masks: list[Tensor]


def move(
    model: Model, source: Tensor, keypoints: tuple[Tensor, Tensor], *, background: Tensor | None = None, drop: float = 0
) -> Movement:
    """Dense motion of N pairs.

    Args:
        source: (N, 3, H, W).
        keypoints: of source and driving frame, (N, 5K, 2) each.
        background: (N, 3, 3), from BackgroundPredictor; None: it stands still.
        drop: chance of each spline to be left out (section 3.4; the rest is scaled up, the background always stays).
    """
    network = model.dense_motion_network
    before, after = (points.float() for points in keypoints)
    with torch.autocast(source.device.type, enabled=False):  # half precision puts splines off by pixels
        small = network.down(source) if hasattr(network, "down") else source
        still = None if background is None else carried(background.float(), small)
        state = network.encode(source, before, still)
        candidates, features = network.candidates(state, after)
    if still is not None:
        candidates = torch.cat([still.unsqueeze(1), candidates[:, 1:]], dim=1)
    pyramid = network.hourglass(features)
    deformation, masks = network.blend(candidates, pyramid)
    masks = [mask.float() for mask in masks]
    if drop > 0:
        contribution = dropout_softmax(network.maps(pyramid[-1]), drop)
        deformation = (candidates * contribution.unsqueeze(-1)).sum(dim=1)
    return Movement(deformation, masks)


def carried(background: Tensor, like: Tensor) -> Tensor:
    """Where a (N, 3, 3) transformation carries the pixels of (N, C, h, w): (N, h, w, 2)."""
    grid = coordinate_grid(like.shape[2], like.shape[3], like)
    homogeneous = torch.cat([grid, grid.new_ones(*grid.shape[:2], 1)], dim=-1)
    moved = homogeneous @ background.transpose(1, 2).unsqueeze(1)
    return moved[..., :2] / moved[..., 2:]


def dropout_softmax(logits: Tensor, drop: float) -> Tensor:
    """Contribution maps (N, K + 1, h, w) with splines left out at random (equation 9 with section 3.4's dropout).

    What is left is divided by (1 - drop) before the exponential, as the published training does; the first, the
    background, is never left out.
    """
    kept = torch.rand(logits.shape[:2], device=logits.device) < 1 - drop
    kept[:, 0] = True
    shifted = logits - logits.amax(dim=1, keepdim=True)
    shifted = torch.cat([shifted[:, :1], shifted[:, 1:] / (1 - drop)], dim=1)
    weights = shifted.exp() * kept[..., None, None]
    return weights / (weights.sum(dim=1, keepdim=True) + 1e-6)


def arrange(network: nn.Module) -> None:
    """Channels last: convolutions of a few channels are half as long again on a CPU otherwise."""
    network.to(memory_format=GRADIENT_LAYOUT)  # type: ignore[call-overload]  # its stub lacks this
