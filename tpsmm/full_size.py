"""Pictures at the portrait's own size, of a network that animates at a smaller one."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from tpsmm.tps import warp


def enlarged(picture: Tensor, source: Tensor, full: Tensor, deformation: Tensor, mask: Tensor) -> Tensor:
    """A picture that was made small, at the source's own size, as sharp as the source where it was only moved.

    The picture is enlarged, and what the enlarged small source lacks of the full one, its fine detail, is moved along
    the same deformation and added: the same as moving the full source and adding the enlarged remainder. Where the mask
    says that more was painted than moved, detail of the source would be a ghost, and fades out.

    Args:
        picture: (N, 3, h, w). source: (1, 3, h, w). full: (1, 3, H, W). deformation, mask: as of the finest in Motion.
    Returns:
        (N, 3, H, W), 0..1.
    """
    size = tuple(full.shape[2:])
    still = F.interpolate(source, size=size, mode="bilinear", align_corners=True)
    detail = warp(full - still, deformation)
    shown = F.interpolate(mask, size=size, mode="bilinear", align_corners=True)
    grown = F.interpolate(picture, size=size, mode="bilinear", align_corners=True)
    return (grown + detail * (2 * shown).clamp(max=1)).clamp(0, 1)
