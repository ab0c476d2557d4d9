"""One portrait, animated by driving frames in any grouping."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fomm.dense_motion import Motion, MotionSource
from fomm.keypoints import Keypoints, relative, scale_of
from fomm.model import Model
from networks.arithmetic import inference
from networks.grouping import Part, Tried
from networks.kernels.workers import steady_torch
from networks.pictures import check_pictures

MODES = ("standard", "relative")


@dataclass(frozen=True)
class SourceState:
    """Everything that the portrait and the reference frame alone decide; tensors only, so it can be stored.

    Attributes:
        picture: (1, 3, H, W), 0..1.
        features: the generator's, of it, float32.
        motion: what dense motion needs of it.
        initial: keypoints of the reference driving frame.
        scale: (1,), what relative motion is times.
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
        self._set(SourceState(source, model.backend.encode(source), motion, first, scale))

    @classmethod
    def restore(cls, model: Model, mode: str, state: SourceState) -> Animator:
        """An animator from the stored state of another (same model, precision and mode): nothing is computed."""
        _check_mode(mode)
        animator = cls.__new__(cls)
        animator.model, animator.mode = model, mode
        animator._set(state)
        return animator

    def _set(self, state: SourceState) -> None:
        self._features = self.model.backend.arrange(state.features)
        # where the arithmetic is plain, both are one: features are large
        plain = self.model.backend.dtype == torch.float32
        self.state = replace(state, features=self._features) if plain else state

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

        def moved(part: Part) -> list[Tensor]:
            motion = self._moved(taken.part(part))
            return [motion.deformation, motion.mask, motion.occlusion]

        return Motion(*self.model.grouping.joined(len(taken), moved))

    @steady_torch()
    @inference()
    def render(self, frames: Tensor, keep: Tensor | None = None) -> Tensor:
        """(N, 3, h, w) driving frames, float, 0..1 -> (N, 3, H, W) pictures of the portrait, float32, 0..1.

        Args:
            keep: as in `motion`.
        """
        return self.tried(frames, keep).mended()

    @steady_torch()
    @inference()
    def tried(self, frames: Tensor, keep: Tensor | None = None) -> Tried:
        """As `render`, with pictures that half precision spoilt still among the others."""
        picture, backend = self.state.picture, self.model.backend
        if not len(frames):
            return Tried(picture.new_empty(0, *picture.shape[1:]), picture.new_empty(0, dtype=torch.bool))
        taken = self._eased(self.transfer(self.model.keypoints(frames)), keep)

        def painted(part: Part) -> list[Tensor]:
            return list(backend.paint(self._features, self._moved(taken.part(part))))

        again = None if backend.exact else lambda number: self._exactly(taken.part(slice(number, number + 1)))
        pictures, sound = self.model.grouping.joined(len(taken), painted)
        return Tried(pictures, sound, again)

    @steady_torch()
    @inference()
    def _exactly(self, keypoints: Keypoints) -> Tensor:
        """One picture, its painting in plain float32."""
        return self.model.backend.paint_exactly(self.state.features, self._moved(keypoints))

    def _eased(self, keypoints: Keypoints, keep: Tensor | None) -> Keypoints:
        """The given shares of the way from the reference frame; a share of 1 gives the very bits of None."""
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


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
