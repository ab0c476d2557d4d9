"""Losses between pictures that need no trained network: weighted where it matters, at several sizes, edges as well."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

REGION_WEIGHTS = (1.0, 6.0, 5.0, 5.0)
"""Beside 1 everywhere: of face, eyes, lips and the inside of the mouth (see tubes.Pairs)."""
SSIM_WINDOW = 7
LEVELS = 3
C1, C2 = 0.01**2, 0.03**2


def region_weights(regions: Tensor) -> Tensor:
    """(N, 4, H, W) -> (N, 1, H, W), mean 1 in each picture."""
    weights = 1 + (regions * regions.new_tensor(REGION_WEIGHTS)[:, None, None]).sum(dim=1, keepdim=True)
    return weights / weights.mean(dim=(1, 2, 3), keepdim=True)


def weighted_l1(given: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Mean absolute difference of (N, C, H, W), weighted by (N, 1, H, W)."""
    return ((given - wanted).abs() * weights).mean()


def pyramid_l1(given: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """The same at full size, half, quarter ...: their mean."""
    total = weighted_l1(given, wanted, weights)
    for _ in range(LEVELS - 1):
        given, wanted, weights = (F.avg_pool2d(x, 2) for x in (given, wanted, weights))
        total = total + weighted_l1(given, wanted, weights)
    return total / LEVELS


def gradient_l1(given: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Between the differences of neighbouring pixels: edges in their places, and as steep."""
    difference = given - wanted
    across = (difference[..., 1:] - difference[..., :-1]).abs() * weights[..., 1:]
    down = (difference[..., 1:, :] - difference[..., :-1, :]).abs() * weights[..., 1:, :]
    return across.mean() + down.mean()


def ssim_loss(given: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """(1 - SSIM) / 2 (Wang et al., TIP 2004, equation 13) in flat windows, weighted."""
    given, wanted = given.contiguous(), wanted.contiguous()  # pooling three interleaved channels takes twice as long

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, SSIM_WINDOW, 1, SSIM_WINDOW // 2, count_include_pad=False)

    a, b = mean(given), mean(wanted)
    variance_a, variance_b = mean(given**2) - a**2, mean(wanted**2) - b**2
    covariance = mean(given * wanted) - a * b
    ssim = (2 * a * b + C1) * (2 * covariance + C2) / ((a**2 + b**2 + C1) * (variance_a + variance_b + C2))
    return ((1 - ssim) / 2 * weights).mean()


def picture_loss(given: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Colours, edges and structure together."""
    return (
        pyramid_l1(given, wanted, weights)
        + 0.5 * gradient_l1(given, wanted, weights)
        + 0.2 * ssim_loss(given, wanted, weights)
    )
