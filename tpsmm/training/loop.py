"""The loop: legs of steps, one after the other; everything that it draws is decided by (seed, step)."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from foundation.errors import StageError
from tpsmm.model import Model
from tpsmm.training.leg import Leg, Progress
from tpsmm.training.networks import arrange
from tpsmm.training.tubes import Sampler

AVERAGED = 0.998
"""Memory of the moving average of the weights: what is kept is smoother than any one step's."""


@dataclass(frozen=True)
class Team:
    """The processes that train together: this one's rank, of `size`."""

    rank: int = 0
    size: int = 1


ALONE = Team()


@dataclass(frozen=True)
class Circumstances:
    """Of a run.

    Attributes:
        team: the processes that train together.
        device: where this one does.
        bf16: most products in bfloat16.
        ahead: draw the next batch while this one is learnt.
    """

    team: Team = ALONE
    device: str = "cpu"
    bf16: bool = False
    ahead: bool = False


class Trainer:
    """A model on its way.

    Args:
        model: its weights are changed in place.
        legs: what to do with it.
        sampler: what it sees.
        seed: of all chance.
        how: where, and with whom; each process has a trainer of its own, with the same arguments but for its rank.
    Attributes:
        step: how many are done, of all legs.
        averaged: the model that is kept: a moving average of the weights.
    """

    def __init__(
        self, model: Model, legs: list[Leg], sampler: Sampler, seed: int, how: Circumstances | None = None
    ) -> None:
        how = how or Circumstances()
        self.model, self.legs, self.sampler, self.seed, self.team = model, legs, sampler, seed, how.team
        self._device, self._bf16 = torch.device(how.device), how.bf16
        model.to(self._device)
        self._drawer = ThreadPoolExecutor(1) if how.ahead else None
        self._drawn: tuple[int, Future[Any]] | None = None
        self._optimizer: torch.optim.Optimizer | None = None
        self.step = 0
        self.steps = sum(leg.steps for leg in legs)
        arrange(model)
        self.averaged = copy.deepcopy(model)
        self._leg: int | None = None
        self._begin(0)

    def run(self) -> Iterator[Progress]:
        """Steps to the end of the last leg; the caller looks, measures and saves between them.

        Raises: StageError if a loss is no number; the step that made it is not taken.
        """
        try:
            while self.step < self.steps:
                yield self._advance()
        finally:
            if self._drawer is not None:
                self._drawer.shutdown()

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs to go on to the same numbers: tensors, numbers and strings only."""
        return {
            "step": self.step,
            "leg": self._leg,
            "seed": self.seed,
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "objective": self._extra(),
            "optimizer": self._optimizer.state_dict() if self._optimizer else {},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`.

        Raises: RuntimeError, KeyError, ValueError: it is of another network or of other legs.
        """
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.step, self.seed = int(state["step"]), int(state["seed"])
        self._begin(int(state["leg"]))
        for name, tensor in self._objective.state_dict().items():
            if name in state["objective"]:
                tensor.copy_(state["objective"][name])
        if self._optimizer:
            self._optimizer.load_state_dict(state["optimizer"])

    @property
    def sound(self) -> bool:
        """Every weight is a number."""
        return all(bool(torch.isfinite(tensor).all()) for tensor in self.model.parameters())

    def _begin(self, index: int) -> None:
        """Set up a leg."""
        leg = self.legs[index]
        self._leg = index
        torch.manual_seed(self.seed)  # what the objective itself has, a critic, starts alike in every process
        self._objective = leg.objective(self.model).to(self._device)
        arrange(self._objective)
        self.model.requires_grad_(False)
        self.model.eval()
        networks = self._objective.trained
        for network in networks:
            network.requires_grad_(True)
            network.train()
        self._weights = [tensor for network in networks for tensor in network.parameters()]
        if not (leg.continues and self._optimizer):
            kind = torch.optim.AdamW if leg.decoupled else torch.optim.Adam
            self._optimizer = kind(self._weights, lr=leg.rate(0), betas=leg.betas, weight_decay=leg.decay)
        self._forward: Callable[[Any], dict[str, Tensor]] = self._objective
        if self.team.size > 1:
            self._forward = DistributedDataParallel(self._objective, find_unused_parameters=True)

    def _extra(self) -> dict[str, Tensor]:
        """What the objective has beside the model."""
        owned = {id(tensor) for tensor in self.model.state_dict(keep_vars=True).values()}
        named = self._objective.state_dict(keep_vars=True)
        return {name: tensor.detach() for name, tensor in named.items() if id(tensor) not in owned}

    def _advance(self) -> Progress:
        index, within = self._where(self.step)
        if index != self._leg:
            self._begin(index)
        leg = self.legs[index]
        rate = leg.rate(within)
        assert self._optimizer is not None  # noqa: S101  (made when the leg began)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(self.seed + 1000003 * self.step + self.team.rank)
        batch = _placed(self._batch(leg, last=within + 1 == leg.steps), self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            losses = self._forward(batch)
        total = torch.stack(list(losses.values())).sum()
        found = {name: float(loss.detach()) for name, loss in losses.items()}
        if not math.isfinite(sum(found.values())):
            broken = ", ".join(name for name, value in found.items() if not math.isfinite(value)) or "their sum"
            raise StageError(
                f"the loss is no number in leg {leg.name}, step {self.step}: {broken}",
                cure="run again from the last checkpoint with a lower learning rate",
            )
        self._optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        for network in self._objective.clipped:
            nn.utils.clip_grad_norm_(network.parameters(), leg.clip, leg.clip_norm)
        self._optimizer.step()
        self.step += 1
        self._average(within)
        ends = within + 1 == leg.steps
        return Progress(leg.name, ends, self.step, self.steps, found, rate, leg.epoch if ends else None)

    def _batch(self, leg: Leg, *, last: bool) -> Any:
        """This step's batch, drawn now or ahead."""

        def draw(step: int) -> Any:
            share = leg.batch // self.team.size
            return self._objective.draw(self.sampler, step * self.team.size + self.team.rank, share)

        drawn, self._drawn = self._drawn, None
        batch = drawn[1].result() if drawn and drawn[0] == self.step else draw(self.step)
        if self._drawer is not None and not last:
            self._drawn = self.step + 1, self._drawer.submit(draw, self.step + 1)
        return batch

    def _where(self, step: int) -> tuple[int, int]:
        """The leg of a step, and how many of the leg's come before it."""
        for index, leg in enumerate(self.legs):
            if step < leg.steps:
                return index, step
            step -= leg.steps
        raise IndexError(step)

    @torch.no_grad()
    def _average(self, within: int) -> None:
        """The average forgets quickly at a leg's start, when much changes."""
        keep = min(AVERAGED, (within + 1) / (within + 10))
        ours = self.model.state_dict()
        for name, kept in self.averaged.state_dict().items():
            if kept.is_floating_point():
                kept.lerp_(ours[name], 1 - keep)
            else:
                kept.copy_(ours[name])


def _placed(batch: Any, device: torch.device) -> Any:
    """A batch, or a tuple of tensors, on the device."""
    if device.type == "cpu":
        return batch
    return tuple(tensor.to(device) for tensor in batch) if isinstance(batch, tuple) else batch.to(device)
