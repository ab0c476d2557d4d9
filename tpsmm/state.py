"""What animation passes on: motion, and what the portrait alone decides."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tpsmm.dense_motion import MotionSource


@dataclass(frozen=True)
class Motion:
    """How the portrait moves in each of N frames.

    Attributes:
        keypoints: (N, 5K, 2) that the portrait takes, -1..1.
        deformation: (N, h, w, 2) where each pixel comes from, x, y in -1..1.
        occlusion: masks (N, 1, *, *), 0 (painted anew) to 1 (as in the source), coarse to fine.
    """

    keypoints: Tensor
    deformation: Tensor
    occlusion: list[Tensor]


@dataclass(frozen=True)
class SourceState:
    """Everything that the portrait and the reference frame alone decide; tensors only, so it can be stored.

    Attributes:
        picture: (1, 3, H, W), 0..1.
        maps: its features, full size first, float32.
        motion: what dense motion needs of it.
        initial: (1, 5K, 2) keypoints of the reference driving frame.
        scale: (1,), what relative motion is times.
        full: (1, 3, H, W), the picture at its own size, for a network that animates at another; else None.
    """

    picture: Tensor
    maps: list[Tensor]
    motion: MotionSource
    initial: Tensor
    scale: Tensor
    full: Tensor | None = None

    def tensors(self) -> dict[str, Tensor]:
        """Flat and on the CPU, for .npz or .safetensors; `from_tensors` turns it back, bit for bit."""
        named = {
            "picture": self.picture,
            "motion.small": self.motion.small,
            "motion.still": self.motion.still,
            "motion.bumps": self.motion.bumps,
            "motion.keypoints": self.motion.keypoints,
            "initial": self.initial,
            "scale": self.scale,
        }
        named |= {f"maps.{level}": features for level, features in enumerate(self.maps)}
        named |= {} if self.full is None else {"full": self.full}
        return {name: tensor.contiguous().cpu() for name, tensor in named.items()}

    @staticmethod
    def from_tensors(named: dict[str, Tensor], device: torch.device) -> SourceState:
        """The state that `tensors` flattened.

        Raises: KeyError if a tensor is missing.
        """
        at = {name: tensor.to(device) for name, tensor in named.items()}
        levels = sum(name.startswith("maps.") for name in at)
        motion = MotionSource(at["motion.small"], at["motion.still"], at["motion.bumps"], at["motion.keypoints"])
        maps = [at[f"maps.{level}"] for level in range(levels)]
        return SourceState(at["picture"], maps, motion, at["initial"], at["scale"], at.get("full"))
