"""Convolutions in space with a large kernel, by Fourier transforms of tiles in height and width.

A 7 x 7 x 7 kernel costs 343 products for each pair of channels and each result. With height and width taken to
frequencies, tile by tile (overlap-save), it costs about 9 complex ones: for 16 x 16 results, a matrix product of the
channels for each of 312 frequencies and each of 7 layers. The result differs by rounding alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

TILE = 16  # results a side
SIZE = 24  # of the transforms: at least a tile and what a kernel reaches beyond it


class FourierConv3d(nn.Conv3d):
    """A convolution with padding that keeps the size, for kernels of 5 to 9: (N, in, D, H, W) -> (N, out, D, H, W).

    After `fold` it takes the way above on a CPU, where height and width are whole tiles.
    """

    _spectrum: Tensor | None = None

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size, padding=kernel_size // 2)
        self.reach = kernel_size // 2

    def fold(self) -> None:
        """Transform the weights, and take the other way from now on; it has no gradients in mind."""
        spectrum = torch.fft.rfft2(self.weight.detach().double(), s=(SIZE, SIZE)).conj()
        outputs, inputs, layers = self.weight.shape[:3]
        by_frequency = spectrum.permute(2, 3, 4, 1, 0).reshape(layers, -1, inputs, outputs)
        self._spectrum = by_frequency.to(torch.complex64).contiguous()

    def forward(self, x: Tensor) -> Tensor:
        if self._spectrum is None or x.device.type != "cpu" or x.shape[3] % TILE or x.shape[4] % TILE:
            return super().forward(x)
        return torch.stack([self._of_one(volume, self._spectrum) for volume in x])

    def _of_one(self, volume: Tensor, spectrum: Tensor) -> Tensor:
        inputs, depth, height, width = volume.shape
        window = TILE + 2 * self.reach
        tiles = (height // TILE) * (width // TILE)
        wide = F.pad(volume, [self.reach] * 4).unfold(2, window, TILE).unfold(3, window, TILE)
        seen = torch.fft.rfft2(wide, s=(SIZE, SIZE)).permute(4, 5, 1, 2, 3, 0).reshape(-1, depth, tiles, inputs)
        # Layers before and behind are zeros; rows of one layer are its tiles, so those of 16 layers lie side by side.
        rows = F.pad(torch.view_as_real(seen), [0, 0, 0, 0, 0, 0, self.reach, self.reach])
        rows = torch.view_as_complex(rows).flatten(1, 2)
        made = torch.bmm(rows[:, : depth * tiles], spectrum[0])
        for layer in range(1, len(spectrum)):
            made.baddbmm_(rows[:, layer * tiles : (layer + depth) * tiles], spectrum[layer])
        shape = (SIZE, SIZE // 2 + 1, depth, height // TILE, width // TILE, -1)
        back = torch.fft.irfft2(made.view(shape).permute(5, 2, 3, 4, 0, 1), s=(SIZE, SIZE))[..., :TILE, :TILE]
        result = back.permute(0, 1, 2, 4, 3, 5).reshape(-1, depth, height, width)
        return result if self.bias is None else result + self.bias.view(-1, 1, 1, 1)
