"""The losses of the paper (section 3.4), each in the form of the published training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from networks.grids import coordinate_grid, warp
from tpsmm.inpainting import InpaintingNetwork
from tpsmm.training.settings import Transform

Features = Callable[[Tensor], list[Tensor]]
TINY = 1e-6


def perceptual_loss(
    features: Features, given: Tensor, wanted: Tensor, scales: Sequence[float], weights: Sequence[float]
) -> Tensor:
    """Mean differences of a network's features, at several sizes of the picture (equation 10)."""
    total = given.new_zeros(())
    for scale in scales:
        small, aim = (_scaled(picture, scale) for picture in (given, wanted))
        with torch.no_grad():
            aims = features(aim)
        for weight, found, wished in zip(weights, features(small), aims, strict=True):
            if weight:
                total = total + weight * (found - wished).abs().mean()
    return total


class RandomBend:
    """A random affine map and thin-plate spline of N pictures, for the equivariance loss.

    Args:
        like: (N, ...), for number, type and device.
        params: how strong, and how many control points a side.
    """

    def __init__(self, like: Tensor, params: Transform) -> None:
        count, side = len(like), params.points_tps
        still = torch.eye(2, 3, device=like.device, dtype=like.dtype)
        self.theta = still + params.sigma_affine * torch.randn(count, 2, 3, device=like.device, dtype=like.dtype)
        self.control = coordinate_grid(side, side, like).reshape(1, -1, 2)
        noise = torch.randn(count, 1, side * side, device=like.device, dtype=like.dtype)
        self.pull = params.sigma_tps * noise

    def coordinates(self, points: Tensor) -> Tensor:
        """(N, P, 2), -1..1 -> where the bend takes them."""
        moved = points @ self.theta[:, :, :2].transpose(1, 2) + self.theta[:, None, :, 2]
        distance = (points.unsqueeze(2) - self.control.unsqueeze(1)).abs().sum(-1)
        radial = distance**2 * torch.log(distance + TINY)
        return moved + (radial * self.pull).sum(dim=2, keepdim=True)

    def picture(self, pictures: Tensor) -> Tensor:
        """(N, 3, H, W), each pixel taken from where the bend takes it; mirrored at the edges."""
        height, width = pictures.shape[2:]
        grid = coordinate_grid(height, width, pictures).reshape(1, -1, 2).expand(len(pictures), -1, -1)
        places = self.coordinates(grid).view(-1, height, width, 2)
        return F.grid_sample(pictures, places, padding_mode="reflection", align_corners=True)


def equivariance_loss(
    detector: Callable[[Tensor], Tensor], pictures: Tensor, keypoints: Tensor, bend: RandomBend
) -> Tensor:
    """Keypoints of a bent picture, bent back, against those of the picture (equation 11)."""
    return (keypoints - bend.coordinates(detector(bend.picture(pictures)))).abs().mean()


def warp_loss(network: InpaintingNetwork, driving: Tensor, moved: Sequence[Tensor], masks: Sequence[Tensor]) -> Tensor:
    """The source's features, moved and dimmed, against the driving frame's own, dimmed alike (equation 12).

    Args:
        driving: (N, 3, H, W).
        moved: features, full size last, as `moved_features` gives them.
        masks: from the dense motion network. No gradient reaches the driving frame's features, nor the masks.
    """
    with torch.no_grad():
        aims = network.encode(driving)[::-1]
        aims = [aim * _mask_for(masks, level, aim) for level, aim in enumerate(aims)]
    return torch.stack([(found - aim).abs().mean() for found, aim in zip(moved, aims, strict=True)]).sum()


def moved_features(maps: Sequence[Tensor], deformation: Tensor, masks: Sequence[Tensor]) -> list[Tensor]:
    """The source's features (full size first) moved and dimmed, smallest first; only the deformation gets gradients."""
    small_first = list(maps)[::-1]
    return [
        warp(features.detach(), deformation) * _mask_for(masks, level, features)
        for level, features in enumerate(small_first)
    ]


def background_loss(forth: Tensor, back: Tensor) -> Tensor:
    """There and back again is where one was: (N, 3, 3) each (the published training's; section 3.4)."""
    still = torch.eye(3, device=forth.device, dtype=forth.dtype)
    return (still - forth @ back).abs().mean()


def _mask_for(masks: Sequence[Tensor], level: int, features: Tensor) -> Tensor:
    """The mask of a level, without its gradient, at the size of the features."""
    mask = masks[min(level, len(masks) - 1)].detach()
    if mask.shape[2:] == features.shape[2:]:
        return mask
    return F.interpolate(mask, size=features.shape[2:], mode="bilinear", align_corners=True)


def _scaled(picture: Tensor, scale: float) -> Tensor:
    """Smoothed and thinned, as the dense motion network's input is."""
    if scale == 1:
        return picture
    step = round(1 / scale)
    sigma = (step - 1) / 2
    reach = round(4 * sigma)
    at = torch.arange(-reach, reach + 1, dtype=picture.dtype, device=picture.device)
    line = torch.exp(-(at**2) / (2 * sigma**2))
    kernel = torch.outer(line, line) / line.sum() ** 2
    channels = picture.shape[1]
    return F.conv2d(picture, kernel.expand(channels, 1, -1, -1), padding=reach, stride=step, groups=channels)
