"""Stand-in weights by formula (networks.stand_in), with every key of the published files."""

from __future__ import annotations

import torch
from torch import Tensor

from liveportrait.model import Model
from liveportrait.sizes import PUBLISHED, Sizes
from networks.stand_in import normal, stand_in

DETECTOR = "motion_extractor.detector."
FACTORS = {
    f"{DETECTOR}fc_kp.weight": 0.2,
    f"{DETECTOR}fc_exp.weight": 0.05,
    f"{DETECTOR}fc_exp.bias": 0.2,
    f"{DETECTOR}fc_t.weight": 0.05,
    f"{DETECTOR}fc_scale.weight": 0.05,
    "spade_generator.conv_img.0.weight": 0.1,
}
LAST = ("retarget_shoulder.mlp.6.", "retarget_mouth.mlp.6.", "retarget_eye.mlp.10.")


def stand_in_weights(sizes: Sizes = PUBLISHED) -> dict[str, dict[str, Tensor]]:
    """State dicts by file name, the same numbers everywhere; faces have a scale near 1.2 and small expressions."""
    states: dict[str, dict[str, Tensor]] = {}
    with torch.device("meta"):
        model = Model(sizes=sizes)
    for full, tensor in model.state_dict().items():
        module, key = full.split(".", 1)
        states.setdefault(module, {})[key] = _drawn(full, tensor)
    for key, tensor in states["spade_generator"].items():
        if key.endswith("weight_v"):
            state, base = states["spade_generator"], key.removesuffix("weight_v")
            u = state[f"{base}weight_u"] = torch.nn.functional.normalize(state[f"{base}weight_u"], dim=0)
            stretched = u @ state[f"{base}weight_orig"].flatten(1)
            tensor.copy_(stretched / stretched.norm())
    states["motion_extractor"]["detector.fc_scale.bias"] += 1.2
    return states


def _drawn(full: str, like: Tensor) -> Tensor:
    if full.endswith(("grn.gamma", "grn.beta")):
        factor = 0.3 if full.endswith("gamma") else 0.1
        return torch.from_numpy(normal(full, tuple(like.shape)) * factor).to(like.dtype)
    if full.endswith(("weight_u", "weight_v")):
        return torch.from_numpy(normal(full, tuple(like.shape))).to(like.dtype)
    last = 0.05 if full.startswith(tuple(f"stitching_retargeting_module.{name}" for name in LAST)) else 1.0
    return stand_in(full, like, FACTORS.get(full, last))
