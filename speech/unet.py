"""The network that finds a voice in a spectrogram: a U-Net for the voice and one for the rest.

Jansson et al., "Singing voice separation with deep U-Net convolutional networks", ISMIR 2017, as Spleeter has it.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from speech.weights import Weights

FRAMES, BINS = 512, 1024
"""A network sees so many frames at a time, and of each the lowest frequencies."""
DEPTH = 6
EPSILON = 1e-3
Tensor = torch.Tensor
_Layer = tuple[Tensor, Tensor]


class UNet:
    """One stem's network. `number`: 0 the voice, 1 the rest."""

    def __init__(self, weights: Weights, number: int) -> None:
        first, layers = number * (DEPTH + 1), range(DEPTH)
        self._down = [_kernel(weights, "conv2d", first + n) for n in layers]
        self._mask = _kernel(weights, "conv2d", first + DEPTH)
        self._up = [_kernel(weights, "conv2d_transpose", number * DEPTH + n) for n in layers]
        self._norms = [_norm(weights, number * 2 * DEPTH + n) for n in range(2 * DEPTH)]

    def __call__(self, magnitude: Tensor) -> Tensor:
        """The stem's part of magnitudes (N, 2, FRAMES, BINS): left and right."""
        found, skips = magnitude, []
        for n, (kernel, bias) in enumerate(self._down):
            # "same" padding as TensorFlow has it: the odd pixel comes last
            found = functional.conv2d(functional.pad(found, (1, 2, 1, 2)), kernel, bias, stride=2)
            skips.append(found)
            if n < DEPTH - 1:
                found = functional.leaky_relu(_normed(found, self._norms[n]), 0.2)
        for n, (kernel, bias) in enumerate(self._up):
            found = functional.conv_transpose2d(found, kernel, bias, stride=2)[:, :, 1:-2, 1:-2]
            found = _normed(functional.relu(found), self._norms[DEPTH + n])
            if n < DEPTH - 1:
                found = torch.cat([skips[DEPTH - 2 - n], found], dim=1)
        kernel, bias = self._mask
        mask = functional.conv2d(functional.pad(found, (3, 3, 3, 3)), kernel, bias, dilation=2)
        return torch.sigmoid(mask) * magnitude


def _kernel(weights: Weights, kind: str, number: int) -> _Layer:
    name = f"{kind}_{number}" if number else kind
    # (height, width, in, out) of a convolution, (height, width, out, in) of a transposed one: torch has both backwards
    kernel = torch.from_numpy(weights[f"{name}/kernel"].copy()).permute(3, 2, 0, 1).contiguous()
    return kernel, torch.from_numpy(weights[f"{name}/bias"].copy())


def _norm(weights: Weights, number: int) -> _Layer:
    """Batch normalisation as a factor and an offset a channel."""
    name = f"batch_normalization_{number}" if number else "batch_normalization"
    gamma, beta, mean, variance = (
        torch.from_numpy(weights[f"{name}/{part}"].copy())
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / torch.sqrt(variance + EPSILON)
    return scale[:, None, None], (beta - mean * scale)[:, None, None]


def _normed(values: Tensor, norm: _Layer) -> Tensor:
    return values * norm[0] + norm[1]
