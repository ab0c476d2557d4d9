"""Whether the kernels can be used on this machine, tried before anyone relies on them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F  # noqa: N812

from networks.kernels.machine import CHANNELS

if TYPE_CHECKING:
    from networks.kernels.jit import Library

SWITCH = "TPSMM_KERNELS"
"""In the environment: "off" uses torch alone; "AVX2" those instructions on a processor that has wider ones."""


@dataclass(frozen=True)
class Status:
    """Attributes:
    active: the kernels are used. reason: the instructions they use; or why not, and the cure.
    """

    active: bool
    reason: str


def status() -> Status:
    """Which path precision "fast" takes here, and why; compiles and tries the kernels the first time."""
    return _attempt()[1]


def available() -> Library | None:
    """The compiled kernels, or None where `status` says why."""
    return _attempt()[0]


@cache
def _attempt() -> tuple[Library | None, Status]:
    wanted = os.environ.get(SWITCH, "")
    if wanted.lower() == "off":
        return None, Status(False, f"switched off by {SWITCH}=off in the environment")
    try:
        from networks.kernels.jit import UnsuitableMachineError, library  # noqa: PLC0415  (llvmlite may be missing)
    except ImportError as error:
        return None, Status(False, f"{error}; pip install llvmlite")
    # Whatever LLVM makes of an unknown machine, the slower path still works; the reason is shown, not lost.
    try:
        kernels = library(wanted)
        off_by = _largest_error(kernels)
    except UnsuitableMachineError as error:
        return None, Status(False, str(error))
    except Exception as failure:
        return None, Status(False, f"the kernels cannot be compiled: {type(failure).__name__}: {failure}")
    if not off_by < 1e-3:
        return None, Status(False, f"the kernels are wrong by {off_by:.1e} on this machine; please report it")
    return kernels, Status(True, f"{kernels.shape.name}, compiled by LLVM")


def _largest_error(kernels: Library) -> float:
    """Of a small Winograd and a small doubling layer against torch's convolution."""
    from networks.kernels.layers import DoublingLayer, Norm, WinogradLayer  # noqa: PLC0415

    channels = CHANNELS
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (
        torch.randn(shape, generator=generator) for shape in ((12, 12, channels), (channels, channels, 3, 3), channels)
    )
    weight /= 3 * channels**0.5
    norm = Norm(torch.ones(channels), torch.zeros(channels))
    planes = x.permute(2, 0, 1).unsqueeze(0)
    wanted = F.conv2d(planes.relu(), weight, bias, padding=1)[0].permute(1, 2, 0)
    doubled = F.interpolate(planes, scale_factor=2.0)
    wanted_double = F.conv2d(doubled, weight, bias, padding=1)[0].permute(1, 2, 0)
    found = WinogradLayer(kernels, weight, bias)(x, norm)[0]
    found_double = DoublingLayer(kernels, weight, bias)(x)[0]
    return float(torch.stack([(found - wanted).abs().max(), (found_double - wanted_double).abs().max()]).max())
