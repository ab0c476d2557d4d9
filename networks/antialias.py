"""Pictures made smaller without aliasing."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812


class BlurAndThin(nn.Module):
    """A Gaussian blur that is fixed, then every (1 / scale)th pixel: no aliasing.

    Args:
        scale: 1, 1/2, 1/4, ...: the result's size over the picture's.
    """

    weight: Tensor

    def __init__(self, channels: int, scale: float) -> None:
        super().__init__()
        self.step = round(1 / scale)
        self.channels = channels
        self.reach = round(4 * self._sigma)
        self.register_buffer("weight", self.kernel().to(torch.get_default_device()))

    @property
    def _sigma(self) -> float:
        return (self.step - 1) / 2

    def kernel(self) -> Tensor:
        """(channels, 1, size, size), on the CPU, each channel's sum 1."""
        at = torch.arange(-self.reach, self.reach + 1, dtype=torch.float32, device="cpu")
        line = torch.exp(-(at**2) / (2 * self._sigma**2))
        kernel = torch.outer(line, line)
        return (kernel / kernel.sum()).expand(self.channels, 1, -1, -1).clone()

    def forward(self, picture: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H * scale, W * scale)."""
        return F.conv2d(picture, self.weight, padding=self.reach, stride=self.step, groups=len(self.weight))
