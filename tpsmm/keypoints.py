"""The small networks that give numbers, not pictures: keypoints, background motion, disentangled pose."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from tpsmm.resnet import ResNet18


def fitted(pictures: Tensor, side: int) -> Tensor:
    """(N, C, H, W) -> (N, C, side, side), smoothed where it shrinks; corner pixels stay corners, as in the grids."""
    if pictures.shape[2:] == (side, side):
        return pictures
    return F.interpolate(pictures, size=(side, side), mode="bilinear", align_corners=True, antialias=True)


class KeypointDetector(nn.Module):
    """5K keypoints of a picture, without labels (section 3.1: five control points for each of K splines).

    Args:
        num_tps: K.
        width: of the ResNet.
        side: that pictures are brought to first; None: as they are.
    """

    def __init__(self, num_tps: int, width: float = 1.0, side: int | None = None) -> None:
        super().__init__()
        self.num_keypoints = 5 * num_tps
        self.side = side
        self.fg_encoder = ResNet18(3, 2 * self.num_keypoints, width)

    def lay_out(self) -> None:
        """Bring the weights into the memory layout that is fastest on a CPU, but for one part of them: of the layouts
        tried, the one whose rounding comes nearest the published numbers (tests/golden)."""
        encoder = self.fg_encoder
        encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks this
        encoder.layer3.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, 3, H, W), 0..1 -> (N, 5K, 2): x, y in -1..1 from the left and top pixel centres to the last ones."""
        return self.read(pictures if self.side is None else fitted(pictures, self.side))

    def read(self, pictures: Tensor) -> Tensor:
        """The same, of pictures as they are."""
        flat = torch.sigmoid(self.fg_encoder(pictures)) * 2 - 1
        return flat.view(len(pictures), self.num_keypoints, 2)


class BackgroundPredictor(nn.Module):
    """The affine motion of the background between two pictures (section 3.2). Training uses it; animation does not."""

    def __init__(self) -> None:
        super().__init__()
        self.bg_encoder = ResNet18(6, 6)
        nn.init.zeros_(self.bg_encoder.fc.weight)  # training starts with a background that stands still
        with torch.no_grad():
            self.bg_encoder.fc.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))

    def forward(self, source: Tensor, driving: Tensor) -> Tensor:
        """Two (N, 3, H, W) -> (N, 3, 3), homogeneous, in coordinates of -1..1."""
        top = self.bg_encoder(torch.cat([source, driving], dim=1)).view(-1, 2, 3)
        bottom = top.new_tensor([0.0, 0.0, 1.0]).expand(len(top), 1, 3)
        return torch.cat([top, bottom], dim=1)


class AvdNetwork(nn.Module):
    """Animation via disentanglement: the identity of one set of keypoints in the pose of another (appendix)."""

    def __init__(self, num_tps: int, id_bottle_size: int, pose_bottle_size: int) -> None:
        super().__init__()
        flat = 10 * num_tps
        self.id_encoder = _perceptron(flat, 256, 512, 1024, id_bottle_size)
        self.pose_encoder = _perceptron(flat, 256, 512, 1024, pose_bottle_size)
        self.decoder = _perceptron(id_bottle_size + pose_bottle_size, 1024, 512, 256, flat)

    def forward(self, identity: Tensor, pose: Tensor) -> Tensor:
        """Two (N, 5K, 2) -> (N, 5K, 2)."""
        pose_code = self.pose_encoder(pose.flatten(1))
        identity_code = self.id_encoder(identity.flatten(1))
        return self.decoder(torch.cat([pose_code, identity_code], dim=1)).view_as(pose)


def _perceptron(*widths: int) -> nn.Sequential:
    """Linear layers of these widths, with batch norm and ReLU between them."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths[:-1]):
        layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
