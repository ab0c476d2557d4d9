"""From what was prepared to frames: states as arrays, the reference frame, a renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engines.base import Arrays, Driving, Portrait, Renderer, SpanFrame
from face.motion import Reference
from face.performance import choose_reference
from face.reference import most_alike
from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.schemes import MOTION, SQUARE
from foundation.times import spread
from networks.stream import Flow, Given, Place, Shown, stream_with_flow

LISTENING = 0.3
"""A network moves mouth and head at once: of `listening`, a listener takes so much, or its lips would move along."""
PREFIX = "state."
COMPARED = 256
"""Frames, spread over the clip, among which the reference of a subject that is moved whole is looked for."""


def state_arrays(tensors: dict[str, Tensor]) -> Arrays:
    """An animator's state among the arrays that are stored."""
    return {f"{PREFIX}{name}": tensor.float().numpy() for name, tensor in tensors.items()}


def state_tensors(prepared: Arrays) -> dict[str, Tensor]:
    """What `state_arrays` stored."""
    found = {name.removeprefix(PREFIX): array for name, array in prepared.items() if name.startswith(PREFIX)}
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in found.items()}


def reference_frame(portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
    """The driving frame that motion is measured from, 0..N-1; the best one has the portrait's own expression."""
    if wanted == "first" or (track.scheme == MOTION and isinstance(wanted, str)):
        return 0
    if wanted == "neutral":
        return choose_reference(track, "best")
    if wanted not in ("best", "nearest"):
        return min(max(int(wanted), 0), len(track) - 1)
    seen = np.flatnonzero(track.shows_mouth)
    candidates = seen if len(seen) else np.arange(len(track))
    shapes = (track.points[index, :, :2] for index in candidates)
    return int(candidates[most_alike(portrait.face.points[:, :2], shapes)])


def reference_seen(
    portrait: Portrait, driving: Driving, wanted: Reference, keypoints: Callable[[Image], NDArray[np.floating]]
) -> int:
    """As `reference_frame`; of a subject that is moved whole, whose face nobody looked for, the best one is that whose
    keypoints lie most like the portrait's.

    Args:
        keypoints: (K, 2) of a picture, as the network finds them.
    """
    track = driving.track
    if track.scheme != SQUARE or wanted == "first" or not isinstance(wanted, str):
        return reference_frame(portrait, track, wanted)
    numbers = spread(len(track), COMPARED)
    shapes = (keypoints(frame) for frame in driving.pick(numbers))
    return numbers[most_alike(keypoints(portrait.image), shapes)]


class NetworkRenderer(Renderer):
    """Frames through a network, as many at once as its device computes.

    Args:
        shown: the network.
        place: where it is computed.
        see: what it is given of a driving frame, (h, w, 3) uint8.
        keep: (N,) how much of each frame's motion is taken; None: all of it.
    """

    def __init__(
        self,
        shown: Shown,
        place: Place,
        see: Callable[[Image], Image],
        keep: NDArray[np.floating] | None = None,
    ) -> None:
        self._shown, self._place, self._see, self._keep = shown, place, see, keep

    def render(self, index: int, driving_frame: Image) -> Image:
        return self.eased(index, driving_frame, 1.0)

    def eased(self, index: int, driving_frame: Image, share: float) -> Image:
        return next(self.render_span([SpanFrame(index, driving_frame, share)]))

    def render_span(self, frames: Iterable[SpanFrame]) -> Iterator[Image]:
        return (picture for picture, _ in self.made(frames))

    def made(self, frames: Iterable[SpanFrame]) -> Iterator[tuple[Image, Flow | None]]:
        """Each frame, and how it was moved, where the network tells."""
        return stream_with_flow(self._shown, self._place, map(self._given, frames))

    def _given(self, frame: SpanFrame) -> Given:
        keep = None
        if frame.share < 1 or self._keep is not None:
            keep = frame.share * (1.0 if self._keep is None else float(self._keep[frame.index]))
        return Given(frame.index, self._see(frame.driving_frame), keep)
