"""One portrait, a picture or a moving one, animated by driving frames in any grouping."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from liveportrait.driving import Driver, Options, Ratios, check_options, moving_pose
from liveportrait.info import MotionInfo
from liveportrait.model import OUT_SIDE, Model
from liveportrait.warping import WarpSource
from networks.arithmetic import inference
from networks.grouping import Tried
from networks.kernels.workers import steady_torch


@dataclass(frozen=True)
class SourceState:
    """Everything that the portrait and the driver's first frame alone decide; tensors only, so it can be stored.

    Attributes:
        source: what warping needs of the portrait.
        info, first: motion of the portrait and of the first frame.
        ratios: of the portrait's eyes and lips; None: not known.
    """

    source: WarpSource
    info: MotionInfo
    first: MotionInfo
    ratios: Ratios | None

    def tensors(self) -> dict[str, Tensor]:
        """Flat and on the CPU, for .npz or .safetensors; `from_tensors` turns it back, bit for bit."""
        named = _flat("source", self.source) | _flat("info", self.info) | _flat("first", self.first)
        return named if self.ratios is None else named | _flat("ratios", self.ratios)

    @staticmethod
    def from_tensors(named: dict[str, Tensor], device: torch.device) -> SourceState:
        """The state that `tensors` flattened.

        Raises: KeyError if a tensor is missing.
        """

        def read(name: str, kind: type) -> dict[str, Tensor]:
            return {field.name: named[f"{name}.{field.name}"].to(device) for field in fields(kind)}

        return SourceState(
            WarpSource(**read("source", WarpSource)),
            MotionInfo(**read("info", MotionInfo)),
            MotionInfo(**read("first", MotionInfo)),
            Ratios(**read("ratios", Ratios)) if "ratios.eyes" in named else None,
        )


def _flat(name: str, part: WarpSource | MotionInfo | Ratios) -> dict[str, Tensor]:
    return {f"{name}.{field.name}": getattr(part, field.name).contiguous().cpu() for field in fields(part)}


class Animator:
    """Renders frames of one portrait. Frames do not depend on one another: chunks can be made anywhere.

    Args:
        model: from `load_model`.
        source: (1, 3, 256, 256), float, 0..1, the portrait's crop (crops.source_crop).
        first: motion of the driving frame that relative motion starts from, one frame of `model.info`.
        options: how the driver is followed.
        ratios: of the portrait's eyes and lips; without them nothing is done to eyes and lips.
        single: the driver is one picture.
    Raises:
        ValueError: shapes or options that cannot be.
    """

    @steady_torch()
    @inference()
    def __init__(
        self,
        model: Model,
        source: Tensor,
        first: MotionInfo,
        options: Options,
        *,
        ratios: Ratios | None = None,
        single: bool = False,
    ) -> None:
        if len(source) != 1:
            raise ValueError(f"source: one picture, not {len(source)}")
        info = model.info(source)
        encoded = model.warping_module.encode(model.volume(source), info.keypoints)
        self._set(model, options, SourceState(encoded, info, first, ratios), single)

    @classmethod
    def restore(cls, model: Model, options: Options, state: SourceState, *, single: bool = False) -> Animator:
        """An animator from the stored state of another (same model and precision): nothing is computed."""
        animator = cls.__new__(cls)
        animator._set(model, options, state, single)
        return animator

    def _set(self, model: Model, options: Options, state: SourceState, single: bool) -> None:
        self.model, self.state = model, state
        networks = model.stitching_retargeting_module
        options = check_options(options)
        self._driver = Driver(networks, state.info, state.first, options, ratios=state.ratios, single=single)

    @property
    def device(self) -> torch.device:
        """Where the pictures are made."""
        return self.model.device

    @property
    def group(self) -> int:
        """How many frames are computed at once; 1 on a CPU, where more would gain nothing."""
        return self.model.grouping.size

    @steady_torch()
    @inference()
    def render(self, frames: Tensor, ratios: Ratios | None = None, keep: Tensor | None = None) -> Tensor:
        """(N, 3, 256, 256) driving frames, float, 0..1 -> (N, 3, 512, 512) pictures of the portrait, float32, 0..1.

        Args:
            ratios: of the driver's eyes and lips, for `options.eyes` and `lips`.
            keep: (N,) how much of each frame's motion away from the first frame's is taken; None: all of it.
        """
        return self.tried(frames, ratios, keep).mended()

    @steady_torch()
    @inference()
    def tried(self, frames: Tensor, ratios: Ratios | None = None, keep: Tensor | None = None) -> Tried:
        """As `render`, with pictures that half precision spoilt still among the others."""
        if not len(frames):
            return Tried(frames.new_empty(0, 3, OUT_SIDE, OUT_SIDE), frames.new_empty(0, dtype=torch.bool))
        return self._tried(self.model.info(frames), ratios, keep)

    @steady_torch()
    @inference()
    def follow(self, driving: MotionInfo, ratios: Ratios | None = None, keep: Tensor | None = None) -> Tried:
        """As `tried`, of N frames' motion, N at least 1: of a template, say."""
        return self._tried(driving, ratios, keep)

    def _tried(self, driving: MotionInfo, ratios: Ratios | None, keep: Tensor | None) -> Tried:
        taken = self._driver.keypoints(driving, ratios)
        if keep is not None:
            still = self._driver.keypoints(self.state.first, self.state.ratios)
            taken = torch.lerp(still, taken, keep.to(taken)[:, None, None])
        return painted(self.model, self.state.source, taken)


@steady_torch()
@inference()
def moving_keypoints(
    model: Model,
    source: MotionInfo,
    driving: MotionInfo,
    options: Options,
    *,
    first: MotionInfo | None = None,
    ratios: Ratios | None = None,
    wanted: Ratios | None = None,
) -> Tensor:
    """The keypoints that each frame of a moving portrait takes, (N, 21, 3), on the CPU; needs the whole clips at once.

    Args:
        source, driving: of N frames, on the CPU.
        first: as in driving.moving_pose.
        ratios: of the portrait's eyes and lips; without them nothing is done to these.
        wanted: of the driver's, for `options.eyes` and `lips`.
    Raises:
        ValueError: options that cannot be.
    """
    options = check_options(options)
    smooth = moving_pose(source, driving, options, first)
    networks = deepcopy(model.stitching_retargeting_module).cpu()
    driver = Driver(networks, source, driving.part(slice(1)), options, ratios=ratios, smooth=smooth)
    return driver.keypoints(driving, wanted)


@steady_torch()
@inference()
def moved(model: Model, picture: Tensor, own: Tensor, taken: Tensor) -> Tensor:
    """One frame of a moving portrait, (1, 3, 256, 256), float, 0..1 -> (1, 3, 512, 512), 0..1.

    Args:
        own, taken: (1, 21, 3) the keypoints that it has, and that it takes.
    """
    source = model.warping_module.encode(model.volume(picture), own)
    return painted(model, source, taken).mended()


def painted(model: Model, source: WarpSource, taken: Tensor) -> Tried:
    """The portrait with (N, 21, 3) keypoints, N at least 1."""
    backend = model.backend

    @steady_torch()
    @inference()
    def exactly(number: int) -> Tensor:
        return backend.decode_exactly(backend.warp(source, taken[number : number + 1]).features)

    pictures, sound = model.grouping.joined(
        len(taken), lambda part: backend.decode(backend.warp(source, taken[part]).features)
    )
    return Tried(pictures, sound, None if backend.exact else exactly)
