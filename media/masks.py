"""Masks with soft edges: 0 where the picture stays, 1 where what is laid over it shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.float32]


def smoothstep(share: NDArray[np.floating]) -> Mask:
    """0 up to 0, 1 from 1 on, smooth at both ends."""
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def inner_ramp(size: tuple[int, int], edges: tuple[bool, ...], width: float) -> Mask:
    """(height, width) 0 along those sides that are among the `edges`, 1 from `width` pixels inwards.

    Args:
        size: (width, height). edges: left, top, right, bottom.
    """
    left, top, right, bottom = edges
    x, y = np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64)
    across = np.minimum(x if left else np.inf, x[::-1] if right else np.inf)
    down = np.minimum(y if top else np.inf, y[::-1] if bottom else np.inf)
    across, down = np.broadcast_to(across, x.shape), np.broadcast_to(down, y.shape)
    return smoothstep(np.minimum(across[None, :], down[:, None]) / max(width, 1e-6))
