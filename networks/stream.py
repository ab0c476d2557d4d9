"""Long clips: pictures in and out as bytes, a few frames in memory at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foundation.errors import InputError
from networks.grouping import Tried

Picture = NDArray[np.uint8]
Flow = NDArray[np.float32]
"""(h, w, 2) where each pixel of a picture comes from, x, y in -1..1."""


@dataclass(frozen=True)
class Given:
    """One driving frame, as the host has it.

    Attributes:
        index: its number.
        picture: (h, w, 3) uint8 RGB, what the network sees of it.
        keep: how much of its motion is taken, 0..1; None: all of it.
    """

    index: int
    picture: Picture
    keep: float | None = None


@dataclass(frozen=True)
class Group:
    """Some driving frames, where they are computed.

    Attributes:
        indices: N numbers.
        frames: (N, 3, h, w), float32, 0..1.
        keep: (N,); None: all of their motion is taken.
    """

    indices: list[int]
    frames: Tensor
    keep: Tensor | None


Shown = Callable[[Group], Tried]


class Place(Protocol):
    """Where a portrait is computed: each network's own Animator."""

    @property
    def device(self) -> torch.device:
        """The device."""

    @property
    def group(self) -> int:
        """How many frames it computes at once."""


class Animator(Place, Protocol):
    """What animates a portrait: each network's own Animator."""

    def tried(self, frames: Tensor, /) -> Tried:
        """(N, 3, h, w) driving frames, float, 0..1 -> N pictures."""


def render_stream(animator: Animator, frames: Iterable[Picture]) -> Iterator[Picture]:
    """The portrait for each driving frame, in order: see `stream`.

    Args:
        frames: (h, w, 3) uint8 RGB each, read as they are needed.
    """
    given = (Given(index, picture) for index, picture in enumerate(frames))
    return stream(lambda group: animator.tried(group.frames), animator, given)


def stream(shown: Shown, place: Place, frames: Iterable[Given]) -> Iterator[Picture]:
    """What the network shows for each driving frame, in order.

    Args:
        frames: read as they are needed.
    Yields:
        (H, W, 3) uint8 RGB. On a CUDA device, copies and the host's work on one group overlap the work on the next;
        nothing waits but for finished pictures.
    Raises:
        InputError: the network gives no numbers.
    """
    return (picture for picture, _ in stream_with_flow(shown, place, frames))


def stream_with_flow(shown: Shown, place: Place, frames: Iterable[Given]) -> Iterator[tuple[Picture, Flow | None]]:
    """As `stream`, each picture with how it was moved, where the network tells."""
    source, ahead = iter(frames), place.device.type == "cuda"
    queued: deque[_Queued] = deque()
    while batch := list(islice(source, place.group)):  # which falls when memory proves too small
        queued.append(_Queued(shown, place.device, batch))
        if len(queued) > ahead:
            yield from queued.popleft().pictures()
    while queued:
        yield from queued.popleft().pictures()


class _Queued:
    """A group on its way through the device."""

    def __init__(self, shown: Shown, device: torch.device, batch: list[Given]) -> None:
        self._on_cuda = device.type == "cuda"
        stacked = self._pinned(torch.from_numpy(np.stack([given.picture for given in batch])))
        frames = stacked.to(device, non_blocking=True).permute(0, 3, 1, 2).float() / 255
        keep = None
        if any(given.keep is not None for given in batch):
            shares = torch.tensor([1.0 if given.keep is None else given.keep for given in batch])
            keep = self._pinned(shares).to(device, non_blocking=True)
        self._tried = shown(Group([given.index for given in batch], frames, keep))
        self._given = stacked, keep  # pinned memory stays until it is copied
        self._bytes, self._sound = self._fetched(_bytes(self._tried.pictures)), self._fetched(self._tried.sound)
        self._flow = None if self._tried.flow is None else self._fetched(self._tried.flow)
        self._done: torch.cuda.Event | None = None
        if self._on_cuda:
            self._done = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch leaves it so
            # of the device that copies, which need not be the current one
            self._done.record(torch.cuda.current_stream(device))

    def _pinned(self, tensor: Tensor) -> Tensor:
        return tensor.pin_memory() if self._on_cuda else tensor

    def _fetched(self, tensor: Tensor) -> Tensor:
        """On the host, once the event has come."""
        if not self._on_cuda:
            return tensor.cpu()
        kept = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        return kept.copy_(tensor, non_blocking=True)

    def pictures(self) -> Iterator[tuple[Picture, Flow | None]]:
        """Those of the group, and how they were moved; each that half precision spoilt made again."""
        if self._done is not None:
            self._done.synchronize()
        for number, (picture, sound) in enumerate(zip(self._bytes.numpy(), self._sound.tolist(), strict=True)):
            flow = None if self._flow is None else self._flow[number].numpy()
            yield (picture if sound else self._again(number)), flow

    def _again(self, number: int) -> Picture:
        if self._tried.again is not None:
            picture = self._tried.again(number)
            if bool(torch.isfinite(picture).all()):
                return np.asarray(_bytes(picture).cpu().numpy()[0])
        raise InputError("the checkpoint gives no picture (NaN)", cure="verify it with `models verify`")


def _bytes(pictures: Tensor) -> Tensor:
    """(N, 3, H, W), 0..1 -> (N, H, W, 3) uint8; on a CPU in one pass, where PyTorch makes five."""
    if pictures.device.type != "cpu":
        return (pictures * 255).round().byte().permute(0, 2, 3, 1).contiguous()
    planes = ([cv2.convertScaleAbs(plane, alpha=255) for plane in picture] for picture in pictures.float().numpy())
    return torch.from_numpy(np.stack([cv2.merge(each) for each in planes]))
