"""One portrait, animated by driving frames in any grouping."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fomm.dense_motion import Motion, MotionSource
from fomm.keypoints import Keypoints, relative, scale_of
from fomm.model import Model
from networks.arithmetic import inference
from networks.grouping import Grouping
from networks.kernels.workers import steady_torch
from networks.pictures import check_pictures

MODES = ("standard", "relative")


@dataclass(frozen=True)
class SourceState:
    """Everything that the portrait and the reference frame alone decide; tensors only, so it can be stored.

    Attributes:
        picture: (1, 3, H, W), 0..1. features: the generator's, of it. motion: what dense motion needs of it.
        initial: keypoints of the reference driving frame; scale: (1,), what relative motion is times.
    """

    picture: Tensor
    features: Tensor
    motion: MotionSource
    initial: Keypoints
    scale: Tensor

    def tensors(self) -> dict[str, Tensor]:
        """Flat and on the CPU, for .npz or .safetensors; `from_tensors` turns it back, bit for bit."""
        named = {
            "picture": self.picture,
            "features": self.features,
            "motion.small": self.motion.small,
            "motion.bumps": self.motion.bumps,
            "source.value": self.motion.keypoints.value,
            "source.jacobian": self.motion.keypoints.jacobian,
            "initial.value": self.initial.value,
            "initial.jacobian": self.initial.jacobian,
            "scale": self.scale,
        }
        return {name: tensor.contiguous().cpu() for name, tensor in named.items()}

    @staticmethod
    def from_tensors(named: dict[str, Tensor], device: torch.device) -> SourceState:
        """The state that `tensors` flattened.

        Raises: KeyError if a tensor is missing.
        """
        at = {name: tensor.to(device) for name, tensor in named.items()}
        own, initial = (Keypoints(at[f"{who}.value"], at[f"{who}.jacobian"]) for who in ("source", "initial"))
        motion = MotionSource(at["motion.small"], at["motion.bumps"], own)
        return SourceState(at["picture"], at["features"], motion, initial, at["scale"])


class Animator:
    """Renders frames of one portrait. Frames do not depend on one another: chunks can be made anywhere.

    Args:
        model: from `load_model`.
        source: (1, 3, H, W), float, 0..1; H and W multiples of `model.config.size_multiple`.
        mode: "standard": the portrait takes the driver's keypoints. "relative": it moves from its own as the driver
            moves from `initial`.
        initial: (1, 3, h, w), the driving frame whose pose the portrait's is like; for "relative".
        adapt_scale: relative movements are scaled by the size of the keypoints' hulls.
    Raises:
        ValueError: shapes, sizes or mode that cannot be.
    """

    @steady_torch()
    @inference()
    def __init__(
        self,
        model: Model,
        source: Tensor,
        mode: str = "relative",
        initial: Tensor | None = None,
        *,
        adapt_scale: bool = True,
    ) -> None:
        _check_mode(mode)
        source = check_pictures(source, "source", model.config.size_multiple).to(model.device)
        if len(source) != 1:
            raise ValueError(f"source: one picture, not {len(source)}")
        if mode == "relative" and initial is None:
            raise ValueError("mode relative needs `initial`, the driving frame to measure motion from")
        self.model = model
        self.mode = mode
        own = model.keypoints(source)
        first = own if initial is None else model.keypoints(initial[:1])
        scale = torch.tensor([scale_of(own, first) if adapt_scale else 1.0], device=model.device)
        motion = model.generator.dense_motion_network.encode(source, own)
        self.state = SourceState(source, model.backend.encode(source), motion, first, scale)

    @classmethod
    def restore(cls, model: Model, mode: str, state: SourceState) -> Animator:
        """An animator from the stored state of another (same model, precision and mode): nothing is computed."""
        _check_mode(mode)
        animator = cls.__new__(cls)
        animator.model, animator.mode = model, mode
        animator.state = replace(state, features=model.backend.arrange(state.features))
        return animator

    @property
    def device(self) -> torch.device:
        """Where the pictures are made."""
        return self.model.device

    @property
    def group(self) -> int:
        """How many frames are computed at once; 1 on a CPU, where more would gain nothing."""
        return self._grouping.size

    @property
    def _grouping(self) -> Grouping:
        return self.model.grouping(*self.state.picture.shape[2:])

    @steady_torch()
    @inference()
    def transfer(self, driving: Keypoints) -> Keypoints:
        """Keypoints of N driving frames to those that the portrait takes, by the mode."""
        if self.mode == "standard":
            return driving
        return relative(self.state.motion.keypoints, driving, self.state.initial, self.state.scale)

    @steady_torch()
    @inference()
    def motion(self, frames: Tensor, keep: Tensor | None = None) -> Motion:
        """How the portrait moves in (N, 3, h, w) driving frames, N at least 1, float, 0..1.

        Args:
            keep: (N,) how much of each frame's motion away from the reference frame's pose is taken; None: all of it.
        """
        taken = self._eased(self.transfer(self.model.keypoints(frames)), keep)
        parts = [self._moved(taken.part(slice(k, k + 1))) for k in range(len(taken))]
        named = ([one.deformation for one in parts], [one.mask for one in parts], [one.occlusion for one in parts])
        return Motion(*(torch.cat(tensors) for tensors in named))

    @steady_torch()
    @inference()
    def render(self, frames: Tensor, keep: Tensor | None = None) -> Tensor:
        """(N, 3, h, w) driving frames, float, 0..1 -> (N, 3, H, W) pictures of the portrait, float32, 0..1.

        Args:
            keep: as of `motion`.
        """
        if not len(frames):
            return self.state.picture.new_empty(0, *self.state.picture.shape[1:])
        taken = self._eased(self.transfer(self.model.keypoints(frames)), keep)
        return self._grouping.joined(len(taken), lambda part: self._painted(taken.part(part)))

    def _eased(self, keypoints: Keypoints, keep: Tensor | None) -> Keypoints:
        """So much of the way from the pose of the reference frame; all of it gives the very bits of None."""
        if keep is None:
            return keypoints
        still = self.transfer(self.state.initial)
        share = keep.to(keypoints.value)
        return Keypoints(
            torch.lerp(still.value, keypoints.value, share[:, None, None]),
            torch.lerp(still.jacobian, keypoints.jacobian, share[:, None, None, None]),
        )

    def _moved(self, keypoints: Keypoints) -> Motion:
        return self.model.backend.move(self.state.motion, keypoints)

    def _painted(self, keypoints: Keypoints) -> Tensor:
        return self.model.backend.paint(self.state.features, self._moved(keypoints))


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
