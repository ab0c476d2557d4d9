"""Stand-in weights by formula (networks.stand_in), with every key of a published checkpoint."""

from __future__ import annotations

import torch
from torch import Tensor

from fomm.config import ModelConfig
from fomm.model import Model
from networks.stand_in import stand_in

FACTORS = {"kp_detector.jacobian.weight": 0.1, "generator.final.weight": 0.2}


def stand_in_checkpoint(config: ModelConfig) -> dict[str, dict[str, Tensor]]:
    """A checkpoint with every key of the published ones for this configuration, the same numbers everywhere; its
    matrices lie near the identity."""
    checkpoint: dict[str, dict[str, Tensor]] = {}
    for full, tensor in Model(config).state_dict().items():
        module, key = full.split(".", 1)
        fixed = key.endswith("down.weight")
        value = tensor if fixed else stand_in(full, tensor, FACTORS.get(full, 1.0))
        checkpoint.setdefault(module, {})[key] = value
    bias = checkpoint["kp_detector"]["jacobian.bias"]
    bias += torch.eye(2).flatten().repeat(len(bias) // 4)
    return checkpoint
