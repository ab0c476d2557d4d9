"""Long clips: pictures in and out as bytes, a few frames in memory at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Picture = NDArray[np.uint8]


class Animator(Protocol):
    """What animates a portrait: each network's own Animator."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    @property
    def group(self) -> int:
        """How many frames it computes at once."""

    def render(self, frames: Tensor) -> Tensor:
        """(N, 3, h, w) driving frames, float, 0..1 -> (N, 3, H, W)."""


def render_stream(animator: Animator, frames: Iterable[Picture]) -> Iterator[Picture]:
    """The portrait for each driving frame, in order.

    Args:
        frames: (h, w, 3) uint8 RGB each, read as they are needed.
    Yields:
        (H, W, 3) uint8 RGB. On a CUDA device, the copy of one group to and from it overlaps the work on the next.
    """
    device = animator.device
    source = iter(frames)
    # A group is handed out only when the next one has been queued, so the device is never without work.
    queued: deque[tuple[Tensor, torch.cuda.Event | None]] = deque()
    while batch := list(islice(source, animator.group)):  # which falls when memory proves too small
        queued.append(_queue(animator, batch, device))
        if len(queued) > (device.type == "cuda"):
            yield from _finish(*queued.popleft())
    while queued:
        yield from _finish(*queued.popleft())


def _queue(animator: Animator, batch: list[Picture], device: torch.device) -> tuple[Tensor, torch.cuda.Event | None]:
    on_cuda = device.type == "cuda"
    stacked = torch.from_numpy(np.stack(batch))
    stacked = stacked.pin_memory() if on_cuda else stacked
    given = stacked.to(device, non_blocking=True).permute(0, 3, 1, 2).float() / 255
    shown = (animator.render(given) * 255).round().byte().permute(0, 2, 3, 1).contiguous()
    if not on_cuda:
        return shown, None
    kept = torch.empty(shown.shape, dtype=torch.uint8, pin_memory=True)
    kept.copy_(shown, non_blocking=True)
    done = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch leaves it so
    done.record(torch.cuda.current_stream(device))  # of the device that copies, which need not be the current one
    return kept, done


def _finish(shown: Tensor, done: torch.cuda.Event | None) -> Iterator[Picture]:
    if done is not None:
        done.synchronize()
    yield from shown.numpy()
