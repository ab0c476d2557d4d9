"""The five networks together, and how they are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from foundation.devices import GROUP
from liveportrait.appearance import AppearanceFeatureExtractor
from liveportrait.backend import Backend
from liveportrait.decoder import SpadeGenerator, fold_spectral
from liveportrait.files import FAMILY, flattened, read_weights
from liveportrait.info import MotionInfo
from liveportrait.motion import MotionExtractor
from liveportrait.retargeting import StitchingRetargeting
from liveportrait.sizes import PUBLISHED, Sizes
from liveportrait.warping import WarpingNetwork
from networks.arithmetic import inference
from networks.blocks import fold_norms
from networks.checkpoints import Checkpoint
from networks.grouping import Part
from networks.kernels.workers import steady_torch
from networks.model import NetworkModel, load
from networks.pictures import check_pictures

SIDE, OUT_SIDE = 256, 512  # of the pictures that the networks see, and of those that they make


class Model(NetworkModel[Backend]):
    """The networks under the names that published files use."""

    def __init__(self, precision: str = "fp32", sizes: Sizes = PUBLISHED) -> None:
        super().__init__(precision)
        self.appearance_feature_extractor = AppearanceFeatureExtractor(sizes)
        self.motion_extractor = MotionExtractor(sizes)
        self.warping_module = WarpingNetwork(sizes)
        self.spade_generator = SpadeGenerator(sizes)
        self.stitching_retargeting_module = StitchingRetargeting()
        self.at_rest()

    def _settled(self) -> Backend:
        """Norms and spectral norms are folded into the convolutions: the state is no checkpoint's any more."""
        fold_norms(self)
        fold_spectral(self.spade_generator)
        self.warping_module.dense_motion_network.mask.fold()
        self.motion_extractor.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks this
        return Backend(self.warping_module, self.spade_generator, self.precision)

    @steady_torch()
    @inference()
    def info(self, pictures: Tensor) -> MotionInfo:
        """The motion of (N, 3, 256, 256) pictures, N at least 1, float, 0..1.

        Raises: ValueError for other shapes.
        """
        pictures = _checked(pictures, "frames").to(self.device)

        def found(part: Part) -> list[Tensor]:
            return self.motion_extractor(pictures[part]).tensors()

        return MotionInfo(*self.grouping.joined(len(pictures), found))

    @steady_torch()
    @inference()
    def volume(self, picture: Tensor) -> Tensor:
        """The feature volume (1, 32, 16, 64, 64) of a portrait (1, 3, 256, 256), float, 0..1."""
        found: Tensor = self.appearance_feature_extractor(_checked(picture, "source").to(self.device))
        return found


def _checked(pictures: Tensor, what: str) -> Tensor:
    pictures = check_pictures(pictures, what)
    if tuple(pictures.shape[2:]) != (SIDE, SIDE) or not len(pictures):
        raise ValueError(f"{what}: shape (N, 3, {SIDE}, {SIDE}), not {tuple(pictures.shape)}")
    return pictures


def load_model(
    weights: str | Path | Mapping[str, Mapping[str, Tensor]],
    *,
    device: str | torch.device = "cpu",
    precision: str = "fp32",
    group: int = GROUP,
    sizes: Sizes = PUBLISHED,
) -> Model:
    """The model with its published weights, ready to animate.

    Args:
        weights: a folder with the five published files, a .safetensors made of them, or state dicts by file name.
        device: "cpu" or a CUDA device.
        precision: "fp32": same bits however frames are grouped. "fast": the same on a CPU, with a warning where it has
            no kernels. "bf16", "fp16": the decoder in half precision, CUDA; on a CPU, bf16 is as "fast".
        group: how many frames a GPU computes at once.
        sizes: of networks of one's own.
    Raises:
        InputError: the weights cannot be used, with what differs.
        ValueError: an unknown precision.
    """

    def read() -> Checkpoint:
        given = Checkpoint(weights, None) if isinstance(weights, Mapping) else read_weights(Path(weights))
        return flattened(given)

    return load(lambda: Model(precision, sizes), read, FAMILY, device=device, precision=precision, group=group)
