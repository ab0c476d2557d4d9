"""The family's other networks with few channels and weights by formula, as files that an engine reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml

import fomm
from fomm.stand_in import stand_in_checkpoint
from foundation.codec import encode
from liveportrait.sizes import Sizes
from liveportrait.stand_in import stand_in_weights
from tests.tiny_model import write_tiny

HOURGLASS = {"block_expansion": 32, "max_features": 64, "num_blocks": 2, "scale_factor": 0.25}
FOMM: dict[str, Any] = {
    "common_params": {"num_kp": 4, "num_channels": 3, "estimate_jacobian": True},
    "kp_detector_params": {"temperature": 0.1, **HOURGLASS},
    "generator_params": {
        "block_expansion": 32,
        "max_features": 128,
        "num_down_blocks": 2,
        "num_bottleneck_blocks": 2,
        "estimate_occlusion_map": True,
        "dense_motion_params": HOURGLASS,
    },
    "discriminator_params": {"scales": [1], "block_expansion": 32},
}
LIVEPORTRAIT = Sizes(
    first=4,
    volume=4,
    depth=4,
    residuals=1,
    stages=(8, 8, 16, 16),
    depths=(1, 1, 1, 1),
    hourglass=4,
    most=16,
    compressed=2,
    flat=16,
    shared=16,
    middle=128,
)
CONTRAST = 5
"""Of the pictures, whose movement is grey on grey without it."""


def write_fomm(folder: Path) -> dict[str, Path]:
    """Config and checkpoint of a small network."""
    config, checkpoint = folder / "small.yaml", folder / "small-cpk.pth.tar"
    if not checkpoint.is_file():
        config.write_text(yaml.safe_dump({"model_params": FOMM}))
        weights = stand_in_checkpoint(fomm.load_config(config))
        weights["generator"]["final.weight"] *= CONTRAST
        torch.save(weights, checkpoint)
    return {"config": config, "checkpoint": checkpoint}


def write_liveportrait(folder: Path) -> dict[str, Path]:
    """The five files of small networks, and the widths that they have."""
    config, weights = folder / "small.yaml", folder / "weights"
    if not config.is_file():
        weights.mkdir()
        states = stand_in_weights(LIVEPORTRAIT)
        states["spade_generator"]["conv_img.0.weight"] *= 4 * CONTRAST
        for name, state in states.items():
            torch.save(state, weights / f"{name}.pth")
        config.write_text(yaml.safe_dump(encode(LIVEPORTRAIT)))
    return {path.stem: path for path in weights.iterdir()} | {"config": config}


def write_tpsmm(folder: Path) -> dict[str, Path]:
    """Config and checkpoint of a small network that finds its keypoints itself."""
    config, checkpoint = write_tiny(folder, width=16)
    return {"config": config, "checkpoint": checkpoint}


STAND_INS: dict[str, Callable[[Path], dict[str, Path]]] = {"fomm": write_fomm, "liveportrait": write_liveportrait}
"""By engine: writes its files into a folder, once."""
