"""7x7 convolutions with few results, which go channel by channel."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from networks.kernels.jit import Library
from networks.kernels.layers import Norm
from networks.kernels.planes import BLOCKS
from networks.kernels.workers import Scratch, run_tasks, spans

SIZE = 7
BORDER = SIZE // 2
ROWS_AT_ONCE = 8


class Planes:
    """Channel planes with a border of zeros.

    Attributes:
        inner: address of the first pixel inside the border.
        strides: floats from plane to plane and row to row.
    """

    def __init__(self, library: Library, channels: int, height: int, width: int) -> None:
        self.height, self.width = height, width
        widest = max(BLOCKS.values()) * library.shape.lanes
        across = -(-width // widest) * widest + 2 * BORDER  # the last block of a row may reach so far
        self.data = torch.empty(channels, height + 2 * BORDER, across)
        self.data[:, :BORDER] = self.data[:, height + BORDER :] = 0
        self.data[:, :, :BORDER] = self.data[:, :, width + BORDER :] = 0
        plane, pitch = self.data.stride()[:2]
        self.strides = (plane, pitch)
        self.inner = self.data.data_ptr() + (BORDER * pitch + BORDER) * 4

    @staticmethod
    def of(library: Library, picture: Tensor) -> Planes:
        """Of a (C, H, W) tensor, in any memory layout."""
        channels, height, width = picture.shape
        planes = Planes(library, channels, height, width)
        planes.data[:, BORDER : BORDER + height, BORDER : BORDER + width] = picture
        return planes

    @staticmethod
    def normalised(library: Library, picture: Tensor, norm: Norm) -> Planes:
        """Of relu(norm(picture)), an (H, W, C) tensor."""
        height, width, channels = picture.shape
        planes = Planes(library, channels, height, width)
        before = (picture.data_ptr(), norm.scale.data_ptr(), norm.shift.data_ptr(), planes.inner)

        def strip(first: int, last: int, _: Scratch) -> None:
            library["to_planes"](*before, width, channels, *planes.strides, first, last)

        run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
        return planes


class PlaneLayer:
    """A 7x7 convolution with padding 3.

    Args:
        group: results made at once, of BLOCKS; others are made up to a multiple of it.
    """

    def __init__(self, library: Library, group: int, weight: Tensor, bias: Tensor) -> None:
        self.library = library
        self.group, self.outputs = group, len(bias)
        groups = -(-self.outputs // group)
        channels = weight.shape[1]
        taps = weight.new_zeros(groups * group, channels, SIZE, SIZE)
        taps[: self.outputs] = weight
        self.weights = taps.view(groups, group, channels, SIZE, SIZE).permute(0, 2, 3, 4, 1).contiguous()
        self.bias = bias.new_zeros(groups * group)
        self.bias[: self.outputs] = bias

    def __call__(self, planes: Planes) -> Tensor:
        """-> (O, H, W). The planes may have more channels than the weights; they are not looked at."""
        height, width = planes.height, planes.width
        span = BLOCKS[self.group] * self.library.shape.lanes
        across = -(-width // span) * span
        result = torch.empty(len(self.bias), height, across)
        ends = (self.weights.shape[1], across, *planes.strides, height * across)
        kernel = self.library[f"planes_{self.group}"]

        def strip(first: int, last: int, _: Scratch) -> None:
            for at, weights in enumerate(self.weights):
                out = result[at * self.group :].data_ptr()
                bias = self.bias[at * self.group :].data_ptr()
                kernel(planes.data.data_ptr(), weights.data_ptr(), bias, out, *ends, first, last)

        run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
        return result[: self.outputs, :, :width]
