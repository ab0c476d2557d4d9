"""Pictures as networks take them."""

from __future__ import annotations

from torch import Tensor

LEAST = 32  # pixels a side


def check_pictures(pictures: Tensor, what: str, multiple: int = 1) -> Tensor:
    """The pictures in float32, if they are (N, 3, H, W) of floats, H and W multiples of `multiple`.

    Raises: ValueError, with `what` they are.
    """
    if pictures.dim() != 4 or pictures.shape[1] != 3:
        raise ValueError(f"{what}: shape (N, 3, H, W), not {tuple(pictures.shape)}")
    if not pictures.is_floating_point():
        raise ValueError(f"{what}: floats in 0..1, not {pictures.dtype}")
    sides = tuple(pictures.shape[2:])
    if min(sides) < LEAST:
        raise ValueError(f"{what}: at least {LEAST} pixels each way, not {sides}")
    if any(side % multiple for side in sides):
        raise ValueError(f"{what}: height and width in multiples of {multiple} pixels, not {sides[0]} x {sides[1]}")
    return pictures.float()
