"""The five networks together, and how they are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from foundation.devices import GROUP
from foundation.errors import InputError
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
from networks.checkpoints import Checkpoint, fit_checkpoint
from networks.grouping import Grouping, Part
from networks.kernels.workers import steady_torch
from networks.pictures import check_pictures

PRECISIONS = ("fp32", "fast", "bf16", "fp16")
SIDE, OUT_SIDE = 256, 512  # of the pictures that the networks see, and of those that they make


class Model(nn.Module):
    """The networks under the names that published files use.

    Attributes:
        precision: one of PRECISIONS; `backend.path` says what it came to on this machine.
        grouping: how many frames are computed at once.
    """

    def __init__(self, precision: str = "fp32", sizes: Sizes = PUBLISHED) -> None:
        super().__init__()
        self.precision = precision
        self.appearance_feature_extractor = AppearanceFeatureExtractor(sizes)
        self.motion_extractor = MotionExtractor(sizes)
        self.warping_module = WarpingNetwork(sizes)
        self.spade_generator = SpadeGenerator(sizes)
        self.stitching_retargeting_module = StitchingRetargeting()
        self._backend: Backend | None = None
        self.grouping = Grouping(1)
        self.requires_grad_(False)
        self.eval()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.spade_generator.fc.weight.device

    @property
    def backend(self) -> Backend:
        """The way frames are computed. Raises: RuntimeError before `settle`."""
        if self._backend is None:
            raise RuntimeError("the model has no weights yet: use load_model")
        return self._backend

    def settle(self, group: int = GROUP) -> None:
        """Precompute what the weights alone decide (once they are loaded and on their device); norms and spectral norms
        are folded into the convolutions, so the state is no checkpoint's any more.

        Args:
            group: how many frames a GPU computes at once.
        """
        fold_norms(self)
        fold_spectral(self.spade_generator)
        self.warping_module.dense_motion_network.mask.fold()
        self.motion_extractor.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks this
        self._backend = Backend(self.warping_module, self.spade_generator, self.precision)
        self.grouping = Grouping.on(self.device, group)

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
    if precision not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, not {precision!r}")
    place = torch.device(device)
    if precision == "fp16" and place.type != "cuda":
        raise InputError("precision fp16 needs a CUDA device", cure="use precision fast on a CPU")
    checkpoint = Checkpoint(weights, None) if isinstance(weights, Mapping) else read_weights(Path(weights))
    with torch.device("meta"):
        model = Model(precision, sizes)
    fit_checkpoint(model, flattened(checkpoint), FAMILY)
    model.to(place)
    model.settle(group)
    return model
