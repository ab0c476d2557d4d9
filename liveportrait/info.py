"""What is known of a face's motion: head pose, expression and keypoints in space."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

POINTS = 21


@dataclass(frozen=True)
class MotionInfo:
    """Of N pictures.

    Attributes:
        rotation: (N, 3, 3) of the head, for row vectors: keypoints are turned by a product from the right.
        exp: (N, 21, 3) what the expression adds to the turned keypoints.
        scale: (N, 1).
        t: (N, 3) where the head is; its z is not used.
        kp: (N, 21, 3), canonical: without pose and expression.
    """

    rotation: Tensor
    exp: Tensor
    scale: Tensor
    t: Tensor
    kp: Tensor

    def __len__(self) -> int:
        return len(self.t)

    def tensors(self) -> list[Tensor]:
        """In the order of the attributes."""
        return [getattr(self, field.name) for field in fields(self)]

    def part(self, which: slice | list[int]) -> MotionInfo:
        """Of some of the pictures."""
        return MotionInfo(*(tensor[which] for tensor in self.tensors()))

    def to(self, device: torch.device) -> MotionInfo:
        """The same there."""
        return MotionInfo(*(tensor.to(device) for tensor in self.tensors()))

    @staticmethod
    def joined(parts: list[MotionInfo]) -> MotionInfo:
        """Of all of them, in this order."""
        return MotionInfo(*map(torch.cat, zip(*(part.tensors() for part in parts), strict=True)))

    @property
    def pose(self) -> Pose:
        """What turns canonical keypoints into the picture's."""
        return Pose(self.rotation, self.exp, self.scale, self.t)

    @property
    def keypoints(self) -> Tensor:
        """(N, 21, 3) as they are in the picture, x, y, z in -1..1."""
        return self.pose.keypoints(self.kp)


@dataclass(frozen=True)
class Pose:
    """A pose and an expression, of N pictures: as in MotionInfo."""

    rotation: Tensor
    exp: Tensor
    scale: Tensor
    t: Tensor

    def __len__(self) -> int:
        return len(self.t)

    def part(self, which: slice) -> Pose:
        """Of some of the pictures."""
        return Pose(self.rotation[which], self.exp[which], self.scale[which], self.t[which])

    def keypoints(self, canonical: Tensor) -> Tensor:
        """scale (canonical R + exp) + (tx, ty, 0), (N, 21, 3)."""
        flat = torch.cat([self.t[:, :2], torch.zeros_like(self.t[:, 2:])], dim=1)
        return (canonical @ self.rotation + self.exp) * self.scale.unsqueeze(-1) + flat.unsqueeze(1)


def rotation(pitch: Tensor, yaw: Tensor, roll: Tensor) -> Tensor:
    """(Rz(roll) Ry(yaw) Rx(pitch))^T of (N, 1) degrees, (N, 3, 3)."""
    x, y, z = (angle[:, 0] / 180 * torch.pi for angle in (pitch, yaw, roll))
    one, zero = torch.ones_like(x), torch.zeros_like(x)

    def matrix(*rows: list[Tensor]) -> Tensor:
        return torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)

    about_x = matrix([one, zero, zero], [zero, x.cos(), -x.sin()], [zero, x.sin(), x.cos()])
    about_y = matrix([y.cos(), zero, y.sin()], [zero, one, zero], [-y.sin(), zero, y.cos()])
    about_z = matrix([z.cos(), -z.sin(), zero], [z.sin(), z.cos(), zero], [zero, zero, one])
    return (about_z @ about_y @ about_x).transpose(1, 2)
