"""Stand-in weights by formula (networks.stand_in), with every key of a published checkpoint."""

from __future__ import annotations

from torch import Tensor

from networks.stand_in import stand_in
from tpsmm.config import ModelConfig
from tpsmm.model import Model

FIXED = "dense_motion_network.down.weight"
FACTORS = {"kp_detector.fg_encoder.fc.weight": 0.25}


def stand_in_checkpoint(config: ModelConfig) -> dict[str, dict[str, Tensor]]:
    """A checkpoint with every key of the published ones for this configuration, the same numbers everywhere."""
    checkpoint: dict[str, dict[str, Tensor]] = {}
    for full, tensor in Model(config).state_dict().items():
        module, key = full.split(".", 1)
        value = tensor if full == FIXED else stand_in(full, tensor, FACTORS.get(full, 1.0))
        checkpoint.setdefault(module, {})[key] = value
    return checkpoint
