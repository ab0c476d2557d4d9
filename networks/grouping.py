"""How many frames are computed at once, and what half precision may break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from foundation.devices import MOST_AT_ONCE
from foundation.notices import notice

HALF = {"fp16": torch.float16, "bf16": torch.bfloat16}
N = TypeVar("N", bound=nn.Module)
Part = slice | list[int]
"""Some of N frames, as a tensor is indexed."""


class Grouping:
    """Groups of one size: a short one is filled up, so a frame's bits do not depend on where its span ends.

    Attributes:
        size: frames at once, 1..MOST_AT_ONCE; halved where memory proves too small, for as long as the model lives.
    """

    def __init__(self, size: int) -> None:
        if not 1 <= size <= MOST_AT_ONCE:
            raise ValueError(f"group is 1 to {MOST_AT_ONCE} frames, not {size}")
        self.size = size

    @staticmethod
    def on(device: torch.device, size: int) -> Grouping:
        """Of that size; of one on a CPU, where more gain nothing and how many there are shows in the last bits."""
        return Grouping(1 if device.type == "cpu" else size)

    def joined(self, count: int, make: Callable[[Part], Sequence[Tensor]]) -> list[Tensor]:
        """What `make` makes of 0..count, group by group, each (count, ...).

        Args:
            count: at least 1.
            make: tensors (n, ...) of the n frames it is given.
        Raises: OutOfMemoryError: memory is too small for one frame.
        """
        made: list[Sequence[Tensor]] = []
        done = 0
        while done < count:
            stop = min(done + self.size, count)
            missing = self.size - (stop - done)
            part: Part = [*range(done, stop), *[stop - 1] * missing] if missing else slice(done, stop)
            try:
                group = make(part)
            except torch.OutOfMemoryError:
                self._halve()
            else:
                made.append([tensor[: stop - done] for tensor in group] if missing else group)
                done = stop
        return [each[0] if len(each) == 1 else torch.cat(each) for each in zip(*made, strict=True)]

    def _halve(self) -> None:
        """Call it while the error is handled. Raises: it again, where there is nothing to halve."""
        if self.size == 1:
            raise  # noqa: PLE0704  (the error that is handled)
        self.size //= 2
        told = f"the device's memory is too small for {2 * self.size} frames at once: {self.size} from now on"
        notice(f"{told}; set the engine's group to {self.size}")
        torch.cuda.empty_cache()


@dataclass(frozen=True)
class Tried:
    """Pictures as they came out. Nothing here makes the host wait for the device, but `mended`.

    Attributes:
        pictures: (N, 3, H, W), float32, 0..1.
        sound: (N,) whether nothing overflowed on the way to each.
        again: makes one of them, (1, 3, H, W), in plain float32; None: they are.
        flow: (N, h, w, 2) where each of their pixels comes from, x, y in -1..1, where the network tells.
    """

    pictures: Tensor
    sound: Tensor
    again: Callable[[int], Tensor] | None = None
    flow: Tensor | None = None

    def mended(self) -> Tensor:
        """The pictures; each that is not sound made again, the others as they are."""
        if self.again is None or bool(self.sound.all()):
            return self.pictures
        mended = self.pictures.clone()
        for number in (~self.sound).nonzero()[:, 0].cpu().tolist():
            mended[number : number + 1] = self.again(number)
        return mended


class Half(Generic[N]):
    """A network's copy in half precision, which knows what overflowed in it.

    Args:
        network: gives pictures.
        last: its last convolution: behind it, a squashing hides infinities.
    Attributes:
        network: the copy, channels last.
    """

    def __init__(self, network: N, last: str, dtype: torch.dtype) -> None:
        half = deepcopy(network).to(dtype=dtype)
        self.network: N = half.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks it
        self._sound: Tensor | None = None
        self.network.get_submodule(last).register_forward_hook(self._look)

    def _look(self, _module: nn.Module, _given: object, made: Tensor) -> None:
        self._sound = finite(made)

    def __call__(self, *given: Tensor | list[Tensor]) -> tuple[Tensor, Tensor]:
        """Pictures, as the network gives them, and which of them are sound, (N,)."""
        pictures = self.network(*given)
        assert self._sound is not None  # noqa: S101  (the hook has run)
        sound, self._sound = self._sound, None
        return pictures, sound


def finite(tensor: Tensor) -> Tensor:
    """(N, ...) -> (N,) whether all numbers of each are, as its largest and smallest tell."""
    each = tensor.flatten(1)
    return torch.isfinite(each.amax(dim=1)) & torch.isfinite(each.amin(dim=1))
