"""Stand-in weights by formula: for tests and measurements where no trained checkpoint is at hand.

The pictures they give are abstract, but geometry, precision and speed are those of the network.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch
from torch import Tensor

from tpsmm.config import ModelConfig
from tpsmm.model import Model

FIXED = "dense_motion_network.down.weight"


def stand_in_checkpoint(config: ModelConfig, seed: int = 0) -> dict[str, dict[str, Tensor]]:
    """A checkpoint with every key of the published ones for this configuration, the same numbers everywhere."""
    model = Model(config)
    checkpoint: dict[str, dict[str, Tensor]] = {}
    for full, tensor in model.state_dict().items():
        module, key = full.split(".", 1)
        value = tensor if full == FIXED else torch.from_numpy(_draw(full, tuple(tensor.shape), seed)).to(tensor.dtype)
        checkpoint.setdefault(module, {})[key] = value
    return checkpoint


def _draw(name: str, shape: tuple[int, ...], seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    # A fixed, portable stream by name; nothing here is secret.
    normal = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()) + seed)).standard_normal(shape)
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape)
    if name.endswith("running_mean"):
        return 0.1 * normal
    if name.endswith("running_var"):
        return 1 + 0.1 * np.abs(normal)
    if len(shape) >= 2:
        scaled = normal * np.sqrt(2 / np.prod(shape[1:]))
        return scaled * 0.25 if name == "kp_detector.fg_encoder.fc.weight" else scaled
    return 0.1 * normal if name.endswith("bias") else 1 + 0.1 * normal
