"""The five networks together, and how they are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foundation.devices import GROUP
from networks.arithmetic import inference
from networks.checkpoints import Family, checkpoint_of
from networks.grouping import Part
from networks.kernels.workers import steady_torch
from networks.model import NetworkModel, load
from networks.narrow import NarrowConv2d
from networks.pictures import check_pictures
from tpsmm.backend import Backend
from tpsmm.config import ModelConfig, load_config
from tpsmm.dense_motion import DenseMotionNetwork
from tpsmm.inpainting import InpaintingNetwork
from tpsmm.keypoints import AvdNetwork, BackgroundPredictor, KeypointDetector

OPTIONAL = ("avd_network", "bg_predictor")
MODULES = ("inpainting_network", "kp_detector", "dense_motion_network", *OPTIONAL)
FAMILY = Family("the Thin-Plate Spline Motion Model", MODULES, OPTIONAL, "vox")


class Model(NetworkModel[Backend]):
    """The networks under the names that published checkpoints use.

    Attributes:
        config: what they were built from.
        avd_network: None where the checkpoint has none.
        bg_predictor: None where it, or the config, has none.
    """

    def __init__(self, config: ModelConfig, precision: str = "fp32") -> None:
        super().__init__(precision)
        self.config = config
        self.inpainting_network = InpaintingNetwork(config.common, config.generator)
        self.kp_detector = KeypointDetector(config.common.num_tps, config.kp_detector.width, config.kp_detector.side)
        self.dense_motion_network = DenseMotionNetwork(config.common, config.dense_motion)
        self.avd_network: AvdNetwork | None = AvdNetwork(
            config.common.num_tps, config.avd.id_bottle_size, config.avd.pose_bottle_size
        )
        self.bg_predictor: BackgroundPredictor | None = BackgroundPredictor() if config.common.bg else None
        self.at_rest()

    def _settled(self) -> Backend:
        for module in self.modules():
            if isinstance(module, NarrowConv2d):
                module.fold()
        self.kp_detector.lay_out()
        return Backend(self.dense_motion_network, self.inpainting_network, self.precision)

    @steady_torch()
    @inference()
    def keypoints(self, frames: Tensor) -> Tensor:
        """(N, 3, H, W), float32, 0..1 -> (N, 5K, 2): x, y in -1..1 (section 3.1)."""
        frames = check_pictures(frames, "frames").to(self.device)
        if not len(frames):
            return frames.new_empty(0, self.config.num_keypoints, 2)

        def found(part: Part) -> list[Tensor]:
            return [self.kp_detector(frames[part].contiguous(memory_format=torch.channels_last))]

        return self.grouping.joined(len(frames), found)[0]


def load_model(
    config: str | Path | Mapping[str, Any] | ModelConfig,
    checkpoint: str | Path | Mapping[str, Mapping[str, Tensor]],
    *,
    device: str | torch.device = "cpu",
    precision: str = "fp32",
    group: int = GROUP,
) -> Model:
    """The model of a configuration with the weights of a checkpoint, ready to animate.

    Args:
        config: a YAML file in the published schema, or its parsed content.
        checkpoint: a published .pth.tar, a .safetensors made from one, or state dicts by module name.
        device: "cpu" or a CUDA device.
        precision: "fp32": same bits however frames are grouped. "fast": float32 by other algorithms, CPU.
            "bf16": at least 50 dB from fp32. "fp16": CUDA only.
        group: how many frames a GPU computes at once.
    Raises:
        InputError: config or checkpoint cannot be used, with what differs.
        ValueError: an unknown precision.
    """
    parsed, read = load_config(config), partial(checkpoint_of, checkpoint, FAMILY)
    return load(lambda: Model(parsed, precision), read, FAMILY, device=device, precision=precision, group=group)
