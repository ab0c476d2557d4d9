"""Losses that landmarks teach: where keypoints are, where the flow leads, what must be painted anew."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from tpsmm.keypoints import KeypointDetector, fitted
from tpsmm.training import points as marks

WING = 0.08
SHARP = 0.02
"""Of the wing loss, in coordinates of -1..1: a pixel of 128 is 0.016."""
GAP_WEIGHT = 2.0

FLAT = marks.flat_keypoints()
_GAP_ROWS = tuple((FLAT.index(a), FLAT.index(b)) for a, b in marks.GAPS)


def wing(error: Tensor) -> Tensor:
    """The wing loss of Feng et al. (CVPR 2018, equation 5), elementwise: a small error still pulls."""
    size = error.abs()
    edge = WING - WING * torch.log1p(torch.tensor(WING / SHARP))
    return torch.where(size < WING, WING * torch.log1p(size / SHARP), size - edge)


def keypoint_loss(keypoints: Tensor, points: Tensor) -> Tensor:
    """Keypoints (N, 50, 2) against the landmarks (N, 478, 2) that they are to be, both -1..1.

    The openings of mouth and eyes count once more, as differences: they are small, and they are the expression.
    """
    target = points[:, list(FLAT)].clamp(-0.98, 0.98)
    upper, lower = (list(rows) for rows in zip(*_GAP_ROWS, strict=True))
    gaps = keypoints[:, upper] - keypoints[:, lower]
    wanted = target[:, upper] - target[:, lower]
    return wing(keypoints - target).mean() + GAP_WEIGHT * wing(gaps - wanted).mean()


TRACED = marks.TRACED
_LIPS, _LIDS = {*marks.OUTER_LIPS, *marks.INNER_LIPS}, {*marks.RIGHT_EYE, *marks.LEFT_EYE}
_FLOW_WEIGHTS = torch.tensor([6.0 if point in _LIDS else 4.0 if point in _LIPS else 1.0 for point in TRACED])
"""Lids and lips move least, and are looked at most."""
LEAST_OPEN = 0.02
"""Of the inner lips, in coordinates of -1..1: a mouth that is open by less shows nothing of its inside."""


def flow_loss(deformation: Tensor, source_points: Tensor, driving_points: Tensor) -> Tensor:
    """The flow (N, h, w, 2), read where the driving landmarks are, against where the source has them."""
    at = driving_points[:, list(TRACED)]
    read = F.grid_sample(deformation.permute(0, 3, 1, 2), at.unsqueeze(1), align_corners=True, padding_mode="border")
    error = read.squeeze(2).transpose(1, 2) - source_points[:, list(TRACED)]
    inside = (at.abs().amax(dim=-1) < 1).float() * _FLOW_WEIGHTS.to(at)
    return (wing(error).mean(dim=-1) * inside).sum() / inside.sum().clamp(min=1)


def occlusion_loss(mask: Tensor, regions: Tensor, driving_points: Tensor) -> Tensor:
    """The mask's logits are taught in the mouth alone: 0 (painted anew) inside, 1 (as in the source) on the lips.

    Args:
        mask: (N, 1, h, w), 0..1.
        regions: (N, 4, H, W), see tubes.Pairs.
        driving_points: (N, 478, 2).
    """
    small = F.interpolate(regions[:, 2:4], size=mask.shape[2:], mode="area")
    gap = (driving_points[:, 13] - driving_points[:, 14]).norm(dim=-1)
    opened = (gap > LEAST_OPEN).float()[:, None, None, None]
    inside = small[:, 1:] * opened
    lips = (small[:, :1] - inside).clamp(min=0)
    safe = mask.clamp(1e-4, 1 - 1e-4)
    return -(inside * torch.log(1 - safe) + lips * torch.log(safe)).sum() / (inside + lips).sum().clamp(min=1)


def expression_loss(detector: KeypointDetector, given: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """What the frozen detector makes of a picture and of the one it should be: keypoints, and the features behind them.

    Returns:
        the wing loss of the keypoints and of their openings, and the mean difference of the features of its first two
        stages, each over its own size (a perceptual loss of faces, with the detector in VGG's place).
    """
    with torch.no_grad():
        aim, aim_features = _read(detector, wanted)
    found, features = _read(detector, given)
    upper, lower = (list(rows) for rows in zip(*_GAP_ROWS, strict=True))
    gaps = (found[:, upper] - found[:, lower]) - (aim[:, upper] - aim[:, lower])
    seen = torch.stack(
        [(a - b).abs().mean() / b.abs().mean().clamp(min=1e-6) for a, b in zip(features, aim_features, strict=True)]
    )
    return wing(found - aim).mean() + GAP_WEIGHT * wing(gaps).mean(), seen.mean()


def _read(detector: KeypointDetector, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Keypoints, and the features of the encoder's stem and first two stages."""
    encoder = detector.fg_encoder
    x = fitted(pictures, detector.side) if detector.side else pictures
    stem = F.max_pool2d(F.relu(encoder.bn1(encoder.conv1(x))), 3, stride=2, padding=1)
    first = encoder.layer1(stem)
    second = encoder.layer2(first)
    flat = encoder.fc(encoder.layer4(encoder.layer3(second)).mean(dim=(2, 3)))
    return (torch.sigmoid(flat) * 2 - 1).view(len(x), -1, 2), [stem, first, second]
