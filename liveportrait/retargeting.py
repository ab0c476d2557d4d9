"""Stitching (S) and retargeting (R): small networks that correct keypoints, and how open eyes and lips are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from liveportrait.info import POINTS

Points = NDArray[np.floating]
LEFT_EYE, RIGHT_EYE = (6, 18, 0, 12), (30, 42, 24, 36)
LIPS = (90, 102, 48, 66)
"""Of 203 landmarks: upper and lower, then the two corners."""


class Perceptron(nn.Module):
    """Linear layers of these widths, with ReLU between them."""

    def __init__(self, *widths: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.mlp = nn.Sequential(*layers[:-1])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.mlp(x)
        return out


class StitchingRetargeting(nn.Module):
    """The three networks, under the names that published files use."""

    def __init__(self) -> None:
        super().__init__()
        flat = 3 * POINTS
        self.retarget_shoulder = Perceptron(2 * flat, 128, 128, 64, flat + 2)
        self.retarget_mouth = Perceptron(flat + 2, 128, 128, 64, flat)
        self.retarget_eye = Perceptron(flat + 3, 256, 256, 128, 128, 64, flat)

    def stitching(self, source: Tensor, driving: Tensor) -> Tensor:
        """Two (N, 21, 3) -> (N, 65): offsets of the driving keypoints, and a shift of all in x and y."""
        out: Tensor = self.retarget_shoulder(torch.cat([source.flatten(1), driving.flatten(1)], dim=1))
        return out

    def stitched(self, source: Tensor, driving: Tensor) -> Tensor:
        """(N, 21, 3) driving keypoints, corrected so that the crop's border stays where it is in the source."""
        offsets = self.stitching(source.expand(len(driving), -1, -1), driving)
        moved = driving + offsets[:, : 3 * POINTS].view(-1, POINTS, 3)
        return torch.cat([moved[..., :2] + offsets[:, None, 3 * POINTS :], moved[..., 2:]], dim=2)

    def eyes(self, source: Tensor, ratios: Tensor) -> Tensor:
        """(N, 21, 3) and (N, 3): the source's two eyes' ratios and the wanted one -> offsets (N, 21, 3)."""
        out: Tensor = self.retarget_eye(torch.cat([source.flatten(1), ratios], dim=1))
        return out.view(-1, POINTS, 3)

    def lips(self, source: Tensor, ratios: Tensor) -> Tensor:
        """(N, 21, 3) and (N, 2): the source's lips' ratio and the wanted one -> offsets (N, 21, 3)."""
        out: Tensor = self.retarget_mouth(torch.cat([source.flatten(1), ratios], dim=1))
        return out.view(-1, POINTS, 3)


def eye_ratios(landmarks: Points) -> Points:
    """(N, 203, 2) -> (N, 2): how open the eyes are, height over width, the left one of the picture first."""
    return np.stack([_ratio(landmarks, *LEFT_EYE), _ratio(landmarks, *RIGHT_EYE)], axis=1)


def lip_ratios(landmarks: Points) -> Points:
    """(N, 203, 2) -> (N, 1): how open the lips are, height over width."""
    return _ratio(landmarks, *LIPS)[:, None]


def _ratio(points: Points, upper: int, lower: int, one: int, other: int) -> Points:
    height = np.linalg.norm(points[:, upper] - points[:, lower], axis=1)
    return np.asarray(height / (np.linalg.norm(points[:, one] - points[:, other], axis=1) + 1e-6))
