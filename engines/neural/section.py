"""What the manifest can say to every network, and how its numbers are computed. No NumPy, no PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from foundation.devices import GROUP, MOST_AT_ONCE, Device, device_class
from foundation.errors import ManifestError
from foundation.part import Part

Precision = Literal["fp32", "fast", "bf16", "fp16"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "fast", "bf16", "fp16")


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """How numbers are computed: part of every key, as another device or precision gives other pixels.

    Attributes:
        precision: fp32, or as the device is fastest: fast on a CPU; bf16 or fp16.
        device: where; a machine without it refuses the task.
        group: how many frames at once; 1 on a CPU.
    """

    precision: Precision = "fast"
    device: Device = "cpu"
    group: int = 1

    @staticmethod
    def of(precision: Precision, device: Literal["auto", "cpu", "cuda"], group: int = GROUP) -> Arithmetic:
        """What is asked for, on this machine where `device` is auto: "fast" is fp16 on a GPU.

        Raises: ManifestError: a CPU has no fp16.
        """
        where = device_class() if device == "auto" else device
        if where == "cuda":
            return Arithmetic(precision="fp16" if precision == "fast" else precision, device=where, group=group)
        if precision == "fp16":
            raise ManifestError(
                "precision fp16 needs a CUDA device", cure="use precision fast, or a machine with a GPU"
            )
        return Arithmetic(precision=precision, device=where)

    @property
    def alone(self) -> Arithmetic:
        """Without what an engine's options add to it."""
        return Arithmetic(precision=self.precision, device=self.device, group=self.group)


class NetworkSection(Part):
    """What every network can be told."""

    checkpoint: str | None = None
    """A file; without it, what `models fetch` has fetched, or what comes with Duet."""
    precision: Precision = "fast"
    """Of the network's arithmetic; fast: fp16 on a GPU; fp16 needs CUDA."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the network is computed; auto: on the GPU, where the machine that plans has one. It is part of the work's
    names: work planned for a GPU is done on one."""

    group: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = GROUP
    """How many frames a GPU computes at once: less where its memory is small. A CPU computes one."""

    @property
    def arithmetic(self) -> Arithmetic:
        """As it is resolved on this machine. Raises: ManifestError."""
        return Arithmetic.of(self.precision, self.device, self.group)
