"""The networks together, and how they are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fomm.backend import Backend
from fomm.config import ModelConfig, load_config
from fomm.generator import Generator
from fomm.keypoints import KeypointDetector, Keypoints
from foundation.devices import GROUP
from networks.arithmetic import inference
from networks.blocks import fold_norms
from networks.checkpoints import Family, checkpoint_of
from networks.grouping import Part
from networks.kernels.workers import steady_torch
from networks.model import NetworkModel, load
from networks.narrow import NarrowConv2d
from networks.pictures import check_pictures

FAMILY = Family("the First Order Motion Model", ("generator", "kp_detector"), (), "fomm-vox")


class Model(NetworkModel[Backend]):
    """The networks under the names that published checkpoints use.

    Attributes:
        config: what they were built from.
    """

    def __init__(self, config: ModelConfig, precision: str = "fp32") -> None:
        super().__init__(precision)
        self.config = config
        self.generator = Generator(config.common, config.generator, config.dense_motion)
        self.kp_detector = KeypointDetector(config.common, config.detector)
        self.at_rest()

    def _settled(self) -> Backend:
        """Norms are folded into the convolutions before them: the state is no checkpoint's any more."""
        fold_norms(self)
        for module in self.modules():
            if isinstance(module, NarrowConv2d):
                module.fold()
        self.kp_detector.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks this
        return Backend(self.generator, self.precision)

    @steady_torch()
    @inference()
    def keypoints(self, frames: Tensor) -> Keypoints:
        """Of (N, 3, H, W) frames, float, 0..1; H and W multiples of `config.frame_multiple` (section 3.1).

        Raises: ValueError for other shapes.
        """
        frames = check_pictures(frames, "frames", self.config.frame_multiple).to(self.device)
        if not len(frames):
            count = self.config.common.num_kp
            return Keypoints(frames.new_empty(0, count, 2), frames.new_empty(0, count, 2, 2))

        def found(part: Part) -> list[Tensor]:
            keypoints = self.kp_detector(frames[part])
            return [keypoints.value, keypoints.jacobian]

        return Keypoints(*self.grouping.joined(len(frames), found))


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
            "bf16", "fp16": the generator in half precision, CUDA; on a CPU, bf16 is as fast.
        group: how many frames a GPU computes at once.
    Raises:
        InputError: config or checkpoint cannot be used, with what differs.
        ValueError: an unknown precision.
    """
    parsed, read = load_config(config), partial(checkpoint_of, checkpoint, FAMILY)
    return load(lambda: Model(parsed, precision), read, FAMILY, device=device, precision=precision, group=group)
