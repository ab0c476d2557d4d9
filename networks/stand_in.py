"""Stand-in weights by formula: for tests and measurements where no trained checkpoint is at hand.

The pictures they give are abstract, but geometry, precision and speed are those of the network.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def normal(name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Normal numbers: a fixed, portable stream by name. Nothing here is secret."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()))).standard_normal(shape)


def stand_in(name: str, like: Tensor, factor: float = 1.0) -> Tensor:
    """The tensor of this full name, of the shape and type of `like`: He's initialisation for kernels, norms near 1."""
    shape = tuple(like.shape)
    drawn = normal(name, shape)
    if name.endswith("num_batches_tracked"):
        value = np.zeros(shape)
    elif name.endswith("running_mean"):
        value = 0.1 * drawn
    elif name.endswith("running_var"):
        value = 1 + 0.1 * np.abs(drawn)
    elif len(shape) >= 2:
        value = drawn * np.sqrt(2 / np.prod(shape[1:]))
    else:
        value = 0.1 * drawn if name.endswith("bias") else 1 + 0.1 * drawn
    return torch.from_numpy(np.asarray(value * factor)).to(like.dtype)
