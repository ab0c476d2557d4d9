"""A run's legs: what each one minimises, how long and how fast; and what is reported of its steps."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from tpsmm.model import Model
from tpsmm.training.tubes import Sampler


class Objective(nn.Module, ABC):
    """What a leg minimises: `forward` gives the losses of a batch, already weighted, by name."""

    @property
    @abstractmethod
    def trained(self) -> list[nn.Module]:
        """The networks whose weights change."""

    @property
    def clipped(self) -> list[nn.Module]:
        """Those whose gradients are bounded, each by itself."""
        return self.trained

    @abstractmethod
    def draw(self, sampler: Sampler, step: int, count: int) -> Any:
        """The batch of a step: the same for the same sampler and step."""


@dataclass(frozen=True)
class Leg:
    """A part of a run.

    Attributes:
        name: in the log.
        steps: how many.
        batch: pictures or pairs a step, of all processes together.
        objective: makes it, when the leg begins.
        rate: the learning rate of a step, 0..steps-1.
        betas, decay: of Adam.
        decoupled: decay as AdamW does it.
        clip: the gradient's largest norm.
        clip_norm: which norm; infinity for the published training.
        continues: Adam goes on from the leg before.
        epoch: of a leg whose end is kept as a checkpoint of its own.
    """

    name: str
    steps: int
    batch: int
    objective: Callable[[Model], Objective]
    rate: Callable[[int], float]
    betas: tuple[float, float] = (0.9, 0.99)
    decay: float = 1e-3
    decoupled: bool = True
    clip: float = 1.0
    clip_norm: float = 2.0
    continues: bool = False
    epoch: int | None = None


@dataclass(frozen=True)
class Progress:
    """One step done.

    Attributes:
        leg: its name.
        ends: this was its last step.
        step, steps: of the whole run.
        epoch: to be kept, see Leg.
        losses: of this step, weighted.
        rate: the learning rate.
    """

    leg: str
    ends: bool
    step: int
    steps: int
    losses: dict[str, float]
    rate: float
    epoch: int | None = None


WARM, FLOOR = 100, 0.01
"""Steps over which a rate rises to its peak, and what of the peak is left at the end."""


def cosine(peak: float, steps: int) -> Callable[[int], float]:
    """A rate that rises over WARM steps and falls as a cosine to FLOOR of its peak."""

    def rate(step: int) -> float:
        rising = min(1.0, (step + 1) / WARM)
        return peak * rising * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * step / steps)))

    return rate
