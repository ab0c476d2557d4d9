"""Convolutions with a large kernel and few output channels, as a product and shifted sums.

Libraries compute eight or sixteen output channels at once, so that a 7x7 convolution to one channel wastes most of
their work. Taken the other way round, every tap is an output channel of a 1x1 convolution, a matrix product, and the
taps' pictures are added, each shifted to its place. The result differs by rounding alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

ROWS_AT_ONCE = 64  # the taps' pictures of so many rows stay in the cache


class NarrowConv2d(nn.Conv2d):
    """A convolution with padding that keeps the size, for few output channels: (N, in, H, W) -> (N, out, H, W).

    After `fold` it takes the way above where that pays: on a CPU.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size, padding=kernel_size // 2)
        self._folded = False

    def fold(self) -> None:
        """Take the other way from now on; it has no gradients in mind."""
        self._folded = True

    def forward(self, x: Tensor) -> Tensor:
        if not self._folded or x.device.type != "cpu":
            return super().forward(x)
        return torch.stack([self._of_one(picture) for picture in x])

    def _of_one(self, picture: Tensor) -> Tensor:
        _, height, width = picture.shape
        channels, inputs, size, _ = self.weight.shape
        taps = self.weight.permute(2, 3, 0, 1).reshape(size * size * channels, inputs)
        wide = picture.new_zeros(channels, height + size - 1, width + size - 1)
        for top in range(0, height, ROWS_AT_ONCE):
            rows = picture[:, top : top + ROWS_AT_ONCE]
            moved = (taps @ rows.reshape(inputs, -1)).view(size, size, channels, *rows.shape[1:])
            for i in range(size):
                for j in range(size):
                    at = top + size - 1 - i
                    wide[:, at : at + rows.shape[1], size - 1 - j : size - 1 - j + width].add_(moved[i, j])
        reach = size // 2
        result = wide[:, reach : reach + height, reach : reach + width]
        return result if self.bias is None else result + self.bias.view(-1, 1, 1)
