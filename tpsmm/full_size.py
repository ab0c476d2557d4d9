"""Pictures at the portrait's own size, of a network that animates at a smaller one."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from networks.grids import warp


def detail_of(full: Tensor, source: Tensor) -> Tensor:
    """What the small source (1, 3, h, w), enlarged, lacks of the full one, (1, 3, H, W): its fine detail."""
    return full - F.interpolate(source, size=full.shape[2:], mode="bilinear", align_corners=True)


def enlarged(picture: Tensor, detail: Tensor, deformation: Tensor, mask: Tensor) -> Tensor:
    """A picture that was made small, at the source's own size, as sharp as the source where it was only moved.

    The picture is enlarged, and the source's fine detail is moved along the same deformation and added: the same as
    moving the full source and adding the enlarged remainder. Where the mask says that more was painted than moved,
    detail of the source would be a ghost, and fades out.

    Args:
        picture: (N, 3, h, w).
        detail: (1, 3, H, W), see detail_of.
        deformation, mask: as in the finest in Motion.
    Returns:
        (N, 3, H, W), 0..1.
    """
    size = tuple(detail.shape[2:])
    moved = warp(detail, deformation)
    shown = F.interpolate(mask, size=size, mode="bilinear", align_corners=True)
    grown = F.interpolate(picture, size=size, mode="bilinear", align_corners=True)
    return moved.mul_(shown.mul_(2).clamp_(max=1)).add_(grown).clamp_(0, 1)
