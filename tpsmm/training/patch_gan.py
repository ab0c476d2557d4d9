"""A small critic that looks at mouths and eyes alone (PatchGAN, Isola et al., arXiv 1611.07004; hinge loss)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

from tpsmm.training import points as marks
from tpsmm.training.tubes import Pairs

PATCH = 32
"""Pixels of the side that a patch is brought to."""
REACH = {marks.OUTER_LIPS: 0.75, marks.RIGHT_EYE: 0.9, marks.LEFT_EYE: 0.9}
"""Half a patch's side, in widths of the mouth or the eye."""


class PatchCritic(nn.Module):
    """(N, 3, 32, 32) -> (N, 1, 4, 4): how real each part of a patch looks."""

    def __init__(self) -> None:
        super().__init__()
        width = 32
        self.layers = nn.Sequential(
            spectral_norm(nn.Conv2d(3, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(4 * width, 1, 3, padding=1)),
        )

    def forward(self, patches: Tensor) -> Tensor:
        return self.layers(patches * 2 - 1)


def patches(pictures: Tensor, points: Tensor) -> Tensor:
    """Mouth and eyes of (N, 3, H, W), cut out where the (N, 478, 2) landmarks are: (3N, 3, PATCH, PATCH)."""
    axis = torch.linspace(-1, 1, PATCH, device=pictures.device)
    square = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1)
    cut = []
    for outline, reach in REACH.items():
        part = points[:, list(outline)]
        low, high = part.amin(dim=1), part.amax(dim=1)
        half = reach * (high - low)[:, 0].clamp(min=0.05)
        grid = (low + high)[:, None, None] / 2 + half[:, None, None, None] * square
        cut.append(F.grid_sample(pictures, grid, align_corners=True, padding_mode="border"))
    return torch.cat(cut)


def critic_losses(critic: PatchCritic, picture: Tensor, batch: Pairs, weight: float) -> dict[str, Tensor]:
    """Both sides of the game in one sum: the picture's loss does not reach the critic's weights, nor the other way."""
    real = patches(batch.driving, batch.driving_points)
    made = patches(picture, batch.driving_points)
    frozen = {name: tensor.detach() for name, tensor in (*critic.named_parameters(), *critic.named_buffers())}
    fooled = -functional_call(critic, frozen, (made,)).mean()
    judged = F.relu(1 - critic(real)).mean() + F.relu(1 + critic(made.detach())).mean()
    return {"fooled": weight * fooled, "critic": judged}
