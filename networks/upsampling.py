"""Doubling by repetition followed by a 3x3 convolution, without the repetition.

An output pixel of even row sees source rows (i - 1, i, i) and one of odd row (i, i, i + 1): two of the three taps fall
on the same pixel and can be added beforehand. So each of the four parities of output pixel is a 2x2 convolution of the
small picture: 16 products a source pixel instead of 36. The result differs by rounding alone.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

PhaseWeights = tuple[Tensor, ...]


def phase_weights(weight: Tensor) -> PhaseWeights:
    """(O, C, 3, 3) -> four (O, C, 2, 2), for output parities (even, even), (even, odd), (odd, even), (odd, odd)."""
    double = weight.double()
    rows = (
        torch.stack([double[:, :, 0], double[:, :, 1] + double[:, :, 2]], dim=2),
        torch.stack([double[:, :, 0] + double[:, :, 1], double[:, :, 2]], dim=2),
    )
    phases = []
    for row in rows:
        phases.append(torch.stack([row[..., 0], row[..., 1] + row[..., 2]], dim=3))
        phases.append(torch.stack([row[..., 0] + row[..., 1], row[..., 2]], dim=3))
    return tuple(phase.to(weight.dtype).contiguous(memory_format=torch.channels_last) for phase in phases)


def phase_convolution(x: Tensor, phases: PhaseWeights, bias: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, O, 2H, 2W): repetition by 2, padding 1, the 3x3 convolution and `bias`."""
    count, _, height, width = x.shape
    shape = (count, len(bias), 2 * height, 2 * width)
    last = x.is_contiguous(memory_format=torch.channels_last)
    layout = torch.channels_last if last else torch.contiguous_format
    out = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=layout)
    for parity, weight in enumerate(phases):
        row, column = divmod(parity, 2)
        # One row and column too many, which is less work than to copy the window that would give just the right ones.
        whole = F.conv2d(x, weight, bias, padding=1)
        out[:, :, row::2, column::2] = whole[:, :, row : row + height, column : column + width]
    return out
