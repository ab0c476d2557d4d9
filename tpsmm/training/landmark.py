"""Training with landmarks as teachers: what a small network learns in hours on a CPU.

Keypoints are regressed to face landmarks instead of found without labels; the flow is taught at every landmark; what
lies inside the mouth is to be painted anew. Everything else is the published network.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from networks.grids import warp
from tpsmm.model import Model
from tpsmm.training.landmark_losses import FLAT, expression_loss, flow_loss, keypoint_loss, occlusion_loss
from tpsmm.training.leg import Objective
from tpsmm.training.networks import Movement, move
from tpsmm.training.patch_gan import PatchCritic, critic_losses
from tpsmm.training.picture_losses import picture_loss, region_weights, weighted_l1
from tpsmm.training.tubes import Pairs, Sampler

Losses = dict[str, Tensor]


@dataclass(frozen=True)
class Weights:
    """What each loss is multiplied by; 0 leaves it out."""

    keypoint: float = 1.0
    flow: float = 2.0
    warp: float = 1.0
    picture: float = 3.0
    painted: float = 0.5
    occlusion: float = 0.1
    expression: float = 0.0
    features: float = 0.0
    critic: float = 0.0


class KeypointObjective(Objective):
    """Keypoints alone.

    Args:
        side: pixels of the pictures, which the detector takes as they are.
    """

    def __init__(self, model: Model, weights: Weights, side: int) -> None:
        super().__init__()
        self.detector = model.kp_detector
        self.weights, self.side = weights, side

    @property
    def trained(self) -> list[nn.Module]:
        return [self.detector]

    def draw(self, sampler: Sampler, step: int, count: int) -> tuple[Tensor, Tensor]:
        return sampler.pictures(step, count, self.side)

    def forward(self, batch: tuple[Tensor, Tensor]) -> Losses:
        pictures, points = batch
        return {"keypoint": self.weights.keypoint * keypoint_loss(self.detector.read(pictures), points)}


class PairObjective(Objective):
    """Dense motion and inpainting; keypoints come from landmarks, and in part from the frozen detector.

    Args:
        side: pixels of the pictures.
        predicted: the share of pairs whose keypoints the detector finds.
        paint: also train inpainting; without it, the flow alone.
        noise: added to true keypoints, standard deviation.
    """

    def __init__(
        self, model: Model, weights: Weights, side: int, *, predicted: float, paint: bool, noise: float
    ) -> None:
        super().__init__()
        self.model, self.weights, self.side = model, weights, side
        self.predicted, self.paint, self.noise = predicted, paint, noise
        self.critic = PatchCritic() if weights.critic else None

    @property
    def trained(self) -> list[nn.Module]:
        networks: list[nn.Module] = [self.model.dense_motion_network]
        networks += [self.model.inpainting_network] if self.paint else []
        return networks + ([self.critic] if self.critic else [])

    def draw(self, sampler: Sampler, step: int, count: int) -> Pairs:
        return sampler.pairs(step, count, self.side)

    def forward(self, batch: Pairs) -> Losses:
        movement = move(self.model, batch.source, self._keypoints(batch))
        weights = region_weights(batch.regions)
        w = self.weights
        losses = {
            "flow": w.flow * flow_loss(movement.deformation, batch.source_points, batch.driving_points),
            "occlusion": w.occlusion * occlusion_loss(movement.masks[-1], batch.regions, batch.driving_points),
        }
        return losses | (self._painted if self.paint else self._moved)(batch, movement, weights)

    def _moved(self, batch: Pairs, movement: Movement, weights: Tensor) -> Losses:
        """The moved source against the frame, but for the inside of the mouth, which it need not have."""
        moved = warp(batch.source, movement.deformation)
        outside = weights * (1 - batch.regions[:, 3:])
        return {"warp": self.weights.warp * weighted_l1(moved, batch.driving, outside)}

    def _painted(self, batch: Pairs, movement: Movement, weights: Tensor) -> Losses:
        network, w = self.model.inpainting_network, self.weights
        maps = network.encode(batch.source)
        painted, moved, mask = network.layers(batch.source, maps, movement.deformation, movement.masks)
        picture = painted * (1 - mask) + moved * mask
        outside = weights * (1 - batch.regions[:, 3:])
        losses = {
            "picture": w.picture * picture_loss(picture, batch.driving, weights),
            "painted": w.painted * weighted_l1(painted, batch.driving, weights),
            "warp": w.warp * weighted_l1(moved, batch.driving, outside),
        }
        if w.expression or w.features:
            expression, features = expression_loss(self.model.kp_detector, picture, batch.driving)
            losses |= {"expression": w.expression * expression, "features": w.features * features}
        if self.critic:
            losses |= critic_losses(self.critic, picture, batch, w.critic)
        return losses

    def _keypoints(self, batch: Pairs) -> tuple[Tensor, Tensor]:
        true = [points[:, list(FLAT)].clamp(-0.98, 0.98) for points in (batch.source_points, batch.driving_points)]
        true = [points + self.noise * torch.randn_like(points) for points in true]
        if not self.predicted:
            return true[0], true[1]
        chosen = torch.rand(len(batch.source), device=batch.source.device) < self.predicted
        if chosen.any():
            with torch.no_grad():
                both = torch.cat([batch.source[chosen], batch.driving[chosen]])
                found = self.model.kp_detector(both).chunk(2)
            for points, seen in zip(true, found, strict=True):
                points[chosen] = seen.to(points.dtype)  # half precision under autocast
        return true[0], true[1]
