"""Winograd's forms of a 3x3 convolution (Lavin and Gray, arXiv 1509.09308): F(4x4, 3x3) takes 36 products for 16
outputs, not 144; F(6x6, 3x3) takes 64 for 36, not 324, and its rounding is twice as far off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from networks.kernels.emit import Vec
from networks.kernels.machine import CHANNELS

Line = Callable[[Sequence[Vec]], list[Vec]]


@dataclass(frozen=True)
class Form:
    """F(tile x tile, 3 x 3).

    Attributes:
        tile: outputs a side.
        taps: G, from three weights to the products of a line.
        into: B', of a line of inputs.
        out_of: A', of a line of products.
    """

    tile: int
    taps: tuple[tuple[float, float, float], ...]
    into: Line
    out_of: Line

    @property
    def reach(self) -> int:
        """Inputs a side."""
        return self.tile + 2

    @property
    def points(self) -> int:
        """Products for a tile."""
        return self.reach**2

    def across(self, size: int) -> int:
        """Tiles that cover so many pixels."""
        return -(-size // self.tile)

    def products(self, height: int, width: int) -> int:
        """For a picture."""
        return self.points * self.across(height) * self.across(width)

    def weights(self, weight: Tensor) -> Tensor:
        """(O, C, 3, 3) -> (points, O / CHANNELS, C, CHANNELS), as the matrix product reads it: G g G' in float64,
        rounded."""
        g = torch.tensor(self.taps, dtype=torch.float64)
        outputs, channels = weight.shape[:2]
        panels = outputs // CHANNELS
        taps = weight.double().view(panels, CHANNELS, channels, 9).permute(3, 0, 2, 1).reshape(9, -1)
        spread = (torch.kron(g, g) @ taps).to(weight.dtype)
        return spread.view(self.points, panels, channels, CHANNELS)


def _into_4(d: Sequence[Vec]) -> list[Vec]:
    outer, inner = _plus(d[4], -4, d[2]), _plus(d[3], -4, d[1])
    even, odd = d[4] - d[2], d[3] - d[1]
    first = _plus(_plus(d[4], -5, d[2]), 4, d[0])
    last = _plus(_plus(d[5], -5, d[3]), 4, d[1])
    return [first, outer + inner, outer - inner, _plus(even, 2, odd), _plus(even, -2, odd), last]


def _out_of_4(m: Sequence[Vec]) -> list[Vec]:
    near, far = m[1] + m[2], m[3] + m[4]
    near_odd, far_odd = m[1] - m[2], m[3] - m[4]
    ends = [m[0] + near + far, _plus(near_odd + m[5], 8, far_odd)]
    return [ends[0], _plus(near_odd, 2, far_odd), _plus(near, 4, far), ends[1]]


def _into_6(d: Sequence[Vec]) -> list[Vec]:
    first, last = _plus(d[0] - d[6], 5.25, d[4] - d[2]), _plus(d[7] - d[1], 5.25, d[3] - d[5])
    pairs = [
        (_plus(d[2] + d[6], -4.25, d[4]), _plus(d[1] + d[5], -4.25, d[3])),
        (_plus(_plus(d[6], 0.25, d[2]), -1.25, d[4]), _plus(_plus(d[1] * 0.5, -2.5, d[3]), 2, d[5])),
        (_plus(_plus(d[6], 4, d[2]), -5, d[4]), _plus(_plus(d[5] * 0.5, -2.5, d[3]), 2, d[1])),
    ]
    return [first, *(value for even, odd in pairs for value in (even + odd, even - odd)), last]


def _out_of_6(m: Sequence[Vec]) -> list[Vec]:
    near, far, half = (m[k] + m[k + 1] for k in (1, 3, 5))
    near_odd, far_odd, half_odd = (m[k] - m[k + 1] for k in (1, 3, 5))
    return [
        m[0] + near + (far + half),
        _plus(_plus(near_odd, 2, far_odd), 0.5, half_odd),
        _plus(_plus(near, 4, far), 0.25, half),
        _plus(_plus(near_odd, 8, far_odd), 0.125, half_odd),
        _plus(_plus(near, 16, far), 1 / 16, half),
        _plus(_plus(near_odd + m[7], 32, far_odd), 1 / 32, half_odd),
    ]


def _plus(value: Vec, times: float, other: Vec) -> Vec:
    """value + times * other, rounded once."""
    return other.fma(value.emitter.constant(times), value)


F4 = Form(
    4,
    (
        (1 / 4, 0, 0),
        (-1 / 6, -1 / 6, -1 / 6),
        (-1 / 6, 1 / 6, -1 / 6),
        (1 / 24, 1 / 12, 1 / 6),
        (1 / 24, -1 / 12, 1 / 6),
        (0, 0, 1),
    ),
    _into_4,
    _out_of_4,
)
F6 = Form(
    6,
    (
        (1, 0, 0),
        (-2 / 9, -2 / 9, -2 / 9),
        (-2 / 9, 2 / 9, -2 / 9),
        (1 / 90, 1 / 45, 2 / 45),
        (1 / 90, -1 / 45, 2 / 45),
        (32 / 45, 16 / 45, 8 / 45),
        (32 / 45, -16 / 45, 8 / 45),
        (0, 0, 1),
    ),
    _into_6,
    _out_of_6,
)
