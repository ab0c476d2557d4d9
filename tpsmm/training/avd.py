"""Training of animation via disentanglement (the paper's appendix): a pose stretched at random, set right again."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tpsmm.model import Model
from tpsmm.training.leg import Leg, Objective
from tpsmm.training.paper import kept_epoch, milestone_rate
from tpsmm.training.settings import AvdParams
from tpsmm.training.tubes import Pairs, Sampler


class AvdObjective(Objective):
    """The AVD network alone; keypoints come from the frozen detector.

    Raises: ValueError if the model has no AVD network.
    """

    def __init__(self, model: Model, params: AvdParams, side: int) -> None:
        super().__init__()
        if model.avd_network is None:
            raise ValueError("the model has no AVD network")
        self.detector, self.network = model.kp_detector, model.avd_network
        self.params, self.side = params, side

    @property
    def trained(self) -> list[nn.Module]:
        return [self.network]

    def draw(self, sampler: Sampler, step: int, count: int) -> Pairs:
        return sampler.pairs(step, count, self.side)

    def forward(self, batch: Pairs) -> dict[str, Tensor]:
        with torch.no_grad():
            identity, pose = self.detector(batch.source), self.detector(batch.driving)
            stretched = random_scale(pose, self.params.random_scale)
        return {"shift": self.params.lambda_shift * (pose - self.network(identity, stretched)).abs().mean()}


def random_scale(keypoints: Tensor, amount: float) -> Tensor:
    """(N, P, 2) keypoints, each set's x and y times factors drawn from 1 - amount to 1 + amount."""
    factors = 1 + amount * (2 * torch.rand(len(keypoints), 1, 2, device=keypoints.device) - 1)
    return keypoints * factors


def avd_legs(params: AvdParams, clips: int, side: int) -> list[Leg]:
    """One leg an epoch; see paper.paper_legs."""
    steps = max(1, clips * params.num_repeats // params.batch_size)
    return [
        Leg(
            f"avd-{epoch:03}",
            steps,
            params.batch_size,
            lambda model: AvdObjective(model, params, side),
            lambda step, epoch=epoch: milestone_rate(params.lr, params.epoch_milestones, epoch),  # type: ignore[misc]
            betas=(0.5, 0.999),
            decay=0.0,
            decoupled=False,
            clip=float("inf"),
            continues=epoch > 0,
            epoch=kept_epoch(epoch, params.checkpoint_freq),
        )
        for epoch in range(params.num_epochs)
    ]
