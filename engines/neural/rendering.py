"""From what was prepared to frames: states as arrays, the reference frame, a renderer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engines.base import Arrays, Portrait, Renderer
from engines.neural.frames import cut, picture_of, tensor_of
from face.motion import Reference
from face.performance import choose_reference
from face.reference import most_alike
from foundation.facetrack import FaceTrack
from foundation.geometry import Box, Image

LISTENING = 0.3
"""A network moves mouth and head at once: of `listening`, a listener takes so much, or its lips would move along."""
PREFIX = "state."
Shown = Callable[[int, Image, Tensor | None], Tensor]
"""Frame number, driving frame, and (1,) how much of its motion is taken (None: all) -> (1, 3, H, W), 0..1."""


def state_arrays(tensors: dict[str, Tensor]) -> Arrays:
    """An animator's state among the arrays that are stored."""
    return {f"{PREFIX}{name}": tensor.float().numpy() for name, tensor in tensors.items()}


def state_tensors(prepared: Arrays) -> dict[str, Tensor]:
    """What `state_arrays` stored."""
    found = {name.removeprefix(PREFIX): array for name, array in prepared.items() if name.startswith(PREFIX)}
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in found.items()}


def reference_frame(portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
    """The driving frame that motion is measured from, 0..N-1; the best one has the portrait's own expression."""
    if wanted == "first":
        return 0
    if wanted == "neutral":
        return choose_reference(track, "best")
    if wanted not in ("best", "nearest"):
        return min(max(int(wanted), 0), len(track) - 1)
    seen = np.flatnonzero(track.shows_mouth)
    candidates = seen if len(seen) else np.arange(len(track))
    shapes = (track.points[index, :, :2] for index in candidates)
    return int(candidates[most_alike(portrait.face.points[:, :2], shapes)])


def through(window: Box, size: int, render: Callable[[Tensor, Tensor | None], Tensor]) -> Shown:
    """A network that sees driving frames through a window that stands still, `size` pixels a side."""
    return lambda _, frame, keep: render(tensor_of(cut(frame, window, size)), keep)


class NetworkRenderer(Renderer):
    """One frame at a time through a network.

    Args:
        shown: the network.
        keep: (N,) how much of each frame's motion is taken; None: all of it.
    """

    def __init__(self, shown: Shown, keep: NDArray[np.floating] | None = None) -> None:
        self._shown, self._keep = shown, keep

    def render(self, index: int, driving_frame: Image) -> Image:
        return self.eased(index, driving_frame, 1.0)

    def eased(self, index: int, driving_frame: Image, share: float) -> Image:
        keep = None
        if share < 1 or self._keep is not None:
            keep = torch.tensor([share * (1.0 if self._keep is None else float(self._keep[index]))])
        return picture_of(self._shown(index, driving_frame, keep))
