"""Keypoints with local affine transformations, found without labels (section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from fomm.config import CommonConfig, DetectorConfig
from networks.antialias import BlurAndThin
from networks.blocks import Hourglass
from networks.grids import coordinate_grid
from networks.grouping import Part
from networks.reference import movement_scale


@dataclass(frozen=True)
class Keypoints:
    """Of N pictures.

    Attributes:
        value: (N, K, 2), x, y in -1..1.
        jacobian: (N, K, 2, 2), how the surroundings are turned and stretched, as a matrix for columns.
    """

    value: Tensor
    jacobian: Tensor

    def __len__(self) -> int:
        return len(self.value)

    def part(self, which: Part) -> Keypoints:
        """Of some of the pictures."""
        return Keypoints(self.value[which], self.jacobian[which])


class KeypointDetector(nn.Module):
    """K keypoints of a picture: centres of heat maps, and matrices averaged under the same maps."""

    def __init__(self, common: CommonConfig, config: DetectorConfig) -> None:
        super().__init__()
        self.temperature = config.temperature
        if config.scale_factor != 1:
            self.down = BlurAndThin(common.num_channels, config.scale_factor)
        self.predictor = Hourglass(
            common.num_channels, config.block_expansion, config.num_blocks, config.max_features, nn.BatchNorm2d
        )
        channels = self.predictor.out_channels[-1]
        self.kp = nn.Conv2d(channels, common.num_kp, 7)
        self.maps = 1 if config.single_jacobian_map else common.num_kp
        self.jacobian = nn.Conv2d(channels, 4 * self.maps, 7)

    def forward(self, pictures: Tensor) -> Keypoints:
        """(N, 3, H, W), 0..1; -1 and 1 are the outermost positions of the heat maps, which have no border."""
        small = self.down(pictures) if hasattr(self, "down") else pictures
        features = self.predictor(small)[-1]
        logits = self.kp(features)
        count, keypoints, height, width = logits.shape
        heat = F.softmax(logits.flatten(2) / self.temperature, dim=2)
        value = heat @ coordinate_grid(height, width, heat).view(-1, 2)
        maps = self.jacobian(features).view(count, self.maps, 4, -1).expand(-1, keypoints, -1, -1)
        jacobian = (maps @ heat.unsqueeze(-1)).view(count, keypoints, 2, 2)
        return Keypoints(value, jacobian)


def inverse(matrices: Tensor) -> Tensor:
    """Of (..., 2, 2) matrices, by their determinants; infinite, or NaN, where one is zero."""
    a, b, c, d = matrices.flatten(-2).unbind(-1)
    adjugate = torch.stack([d, -b, -c, a], dim=-1).view_as(matrices)
    return adjugate / (a * d - b * c)[..., None, None]


def scale_of(source: Keypoints, initial: Keypoints) -> float:
    """How far the source moves when the driver moves by 1 (networks.reference.movement_scale)."""
    return movement_scale(source.value, initial.value)


def relative(
    source: Keypoints, driving: Keypoints, initial: Keypoints, scale: float | Tensor, *, jacobian: bool = True
) -> Keypoints:
    """The source's keypoints, moved as the driver moves away from its `initial` frame.

    Args:
        source, initial: of one picture each.
        driving: of N frames.
        scale: what movements are times; 1 takes them as they are.
        jacobian: the matrices move, too; else the driver's are taken.
    """
    value = (driving.value - initial.value) * scale + source.value
    if not jacobian:
        return Keypoints(value, driving.jacobian)
    return Keypoints(value, driving.jacobian @ inverse(initial.jacobian) @ source.jacobian)
