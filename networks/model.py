"""What the models that animate have in common: how they are computed on a machine, and how they are loaded."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import torch
from torch import nn

from foundation.errors import InputError
from networks.checkpoints import Checkpoint, Family, fit_checkpoint
from networks.grouping import Grouping

PRECISIONS = ("fp32", "fast", "bf16", "fp16")
B = TypeVar("B")
M = TypeVar("M", bound="NetworkModel[Any]")


class NetworkModel(nn.Module, Generic[B]):
    """Networks under the names that published checkpoints use.

    Args:
        precision: one of PRECISIONS; `backend.path` says what it comes to here.

    Attributes:
        grouping: how many frames are computed at once.
    """

    def __init__(self, precision: str) -> None:
        super().__init__()
        self.precision = precision
        self.grouping = Grouping(1)
        self._backend: B | None = None

    def at_rest(self) -> None:
        """Learn nothing from now on."""
        self.requires_grad_(False)
        self.eval()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def backend(self) -> B:
        """The way frames are computed. Raises: RuntimeError before `settle`."""
        if self._backend is None:
            raise RuntimeError("the model has no weights yet: use load_model")
        return self._backend

    def settle(self, group: int = 1) -> None:
        """Precompute what the weights alone decide, once they are loaded and on their device.

        Args:
            group: how many frames a GPU computes at once.
        """
        self._backend = self._settled()
        self.grouping = Grouping.on(self.device, group)

    @abstractmethod
    def _settled(self) -> B:
        """Lay the weights out for this device; the way frames are computed with them."""


def load(
    make: Callable[[], M],
    read: Callable[[], Checkpoint],
    family: Family,
    *,
    device: str | torch.device,
    precision: str,
    group: int,
) -> M:
    """A model with its weights, ready to animate.

    Args:
        make: the model without numbers.
        read: its checkpoint.
        family: what tells its checkpoints from others'.
        device: "cpu" or a CUDA device.
        precision: one of PRECISIONS.
        group: how many frames a GPU computes at once.
    Raises:
        InputError: the checkpoint cannot be used, with what differs.
        ValueError: an unknown precision.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, not {precision!r}")
    place = torch.device(device)
    if precision == "fp16" and place.type != "cuda":
        raise InputError("precision fp16 needs a CUDA device", cure="use precision fast on a CPU")
    checkpoint = read()
    with torch.device("meta"):
        model = make()
    fit_checkpoint(model, checkpoint, family)
    model.to(place)
    model.settle(group)
    return model
