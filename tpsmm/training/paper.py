"""Training as the paper does it (section 3.4): no labels, a frame of a clip made from another one."""

from __future__ import annotations

from torch import Tensor, nn

from tpsmm.model import Model
from tpsmm.training.leg import Leg, Objective
from tpsmm.training.networks import move
from tpsmm.training.paper_losses import (
    RandomBend,
    background_loss,
    equivariance_loss,
    moved_features,
    perceptual_loss,
    warp_loss,
)
from tpsmm.training.settings import TrainParams
from tpsmm.training.tubes import Pairs, Sampler
from tpsmm.training.vgg import Vgg19

LARGEST_GRADIENT = 10.0


class PaperObjective(Objective):
    """The four losses of an epoch.

    Args:
        epoch: 0..; it decides how often splines are left out and whether the background moves.
        side: pixels of the pictures.
        features: VGG-19, if its weights are at hand; without, the colours themselves are compared at every scale, times
            the first weight: results are then softer than the published ones.
    """

    def __init__(self, model: Model, params: TrainParams, epoch: int, side: int, features: Vgg19 | None) -> None:
        super().__init__()
        self.model, self.params, self.side = model, params, side
        self.features = features
        self.drop = spline_dropout(params, epoch)
        self.moves_background = model.bg_predictor is not None and epoch >= params.bg_start

    @property
    def trained(self) -> list[nn.Module]:
        return [self.model.inpainting_network, *self.clipped]

    @property
    def clipped(self) -> list[nn.Module]:
        model = self.model
        networks: list[nn.Module] = [model.dense_motion_network, model.kp_detector]
        return networks + ([model.bg_predictor] if model.bg_predictor else [])

    def draw(self, sampler: Sampler, step: int, count: int) -> Pairs:
        return sampler.pairs(step, count, self.side)

    def forward(self, batch: Pairs) -> dict[str, Tensor]:
        model, weights = self.model, self.params.loss_weights
        keypoints = model.kp_detector(batch.source), model.kp_detector(batch.driving)
        background = None
        if self.moves_background and model.bg_predictor:
            background = model.bg_predictor(batch.source, batch.driving)
        movement = move(model, batch.source, keypoints, background=background, drop=self.drop)
        network = model.inpainting_network
        maps = network.encode(batch.source)
        picture = network(batch.source, maps, movement.deformation, movement.masks)
        features = self.features or _colours
        losses = {"perceptual": perceptual_loss(features, picture, batch.driving, self.params.scales, self._layers())}
        if weights.equivariance_value:
            bend = RandomBend(batch.driving, self.params.transform_params)
            found = equivariance_loss(model.kp_detector, batch.driving, keypoints[1], bend)
            losses["equivariance"] = weights.equivariance_value * found
        if weights.warp_loss:
            moved = moved_features(maps, movement.deformation, movement.masks)
            losses["warp"] = weights.warp_loss * warp_loss(network, batch.driving, moved, movement.masks)
        if background is not None and model.bg_predictor and weights.bg:
            back = model.bg_predictor(batch.driving, batch.source)
            losses["background"] = weights.bg * background_loss(background, back)
        return losses

    def _layers(self) -> list[float]:
        perceptual = self.params.loss_weights.perceptual
        return perceptual if self.features else perceptual[:1]


def _colours(pictures: Tensor) -> list[Tensor]:
    return [pictures]


def spline_dropout(params: TrainParams, epoch: int) -> float:
    """The chance of a spline to be left out in an epoch."""
    if epoch >= params.dropout_epoch:
        return 0.0
    return min(epoch / params.dropout_inc_epoch * params.dropout_maxp + params.dropout_startp, params.dropout_maxp)


def milestone_rate(rate: float, milestones: list[int], epoch: int) -> float:
    """A tenth of the rate after each milestone."""
    return rate * 0.1 ** sum(epoch >= milestone for milestone in milestones)


def kept_epoch(epoch: int, frequency: int) -> int | None:
    """The epoch, if its checkpoint is kept: every `frequency`th, none where that is below 1."""
    return epoch if frequency > 0 and (epoch + 1) % frequency == 0 else None


def paper_legs(params: TrainParams, clips: int, side: int, features: Vgg19 | None) -> list[Leg]:
    """One leg an epoch; Adam goes on from each to the next, and leaves the background alone until it is used.

    Args:
        clips: in the data set; an epoch is num_repeats times as many pairs.
    """
    steps = max(1, clips * params.num_repeats // params.batch_size)
    return [
        Leg(
            f"epoch-{epoch:03}",
            steps,
            params.batch_size,
            lambda model, epoch=epoch: PaperObjective(model, params, epoch, side, features),  # type: ignore[misc]
            lambda step, epoch=epoch: milestone_rate(params.lr_generator, params.epoch_milestones, epoch),  # type: ignore[misc]
            betas=(0.5, 0.999),
            decay=1e-4,
            decoupled=False,
            clip=LARGEST_GRADIENT,
            clip_norm=float("inf"),
            continues=epoch > 0,
            epoch=kept_epoch(epoch, params.checkpoint_freq),
        )
        for epoch in range(params.num_epochs)
    ]
