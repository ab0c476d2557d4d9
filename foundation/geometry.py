"""Plane geometry shared by faces, crops and compositing. Pixels; x right, y down; pixel centres at whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foundation.box import Box as Box  # noqa: PLC0414  (one of its terms; whoever has NumPy anyhow finds it here)

Array = NDArray[np.float64]
Image = NDArray[np.uint8]
"""(H, W, 3) RGB."""


def square_around(centre: tuple[float, float], half: float) -> Box:
    """The smallest whole-pixel square that holds `centre` +- `half`."""
    x0, y0 = int(np.floor(centre[0] - half)), int(np.floor(centre[1] - half))
    side = int(np.ceil(2 * half))
    return Box(x0, y0, x0 + side, y0 + side)


def translation(dx: float, dy: float) -> Array:
    """A (2, 3) affine that adds (dx, dy)."""
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])


def apply_affine(affine: Array, points: Array) -> Array:
    """(N, 2) points, or (N, 3) whose z scales with the affine's size, through a (2, 3) affine."""
    xy = points[:, :2] @ affine[:, :2].T + affine[:, 2]
    if points.shape[1] == 2:
        return xy
    scale = np.sqrt(abs(np.linalg.det(affine[:, :2])))
    return np.concatenate([xy, points[:, 2:] * scale], axis=1)


def invert_affine(affine: Array) -> Array:
    """The (2, 3) affine that undoes `affine`."""
    linear = np.linalg.inv(affine[:, :2])
    return np.concatenate([linear, -linear @ affine[:, 2:]], axis=1)


def umeyama(source: Array, target: Array, weights: Array | None = None) -> tuple[float, Array, Array]:
    """The similarity that best maps points onto points (Umeyama, TPAMI 1991, eq. 40-43).

    Args:
        source, target: (N, D), matched.
        weights: (N,) of their squared distances; None: all alike.
    Returns:
        scale, rotation (D, D), translation (D,): target ~ scale * rotation @ source + translation.
    """
    share = (np.ones(len(source)) if weights is None else weights)[:, None]
    share = share / share.sum()
    mean_s, mean_t = (share * source).sum(axis=0), (share * target).sum(axis=0)
    a, b = source - mean_s, target - mean_t
    u, singular, vt = np.linalg.svd(b.T @ (share * a))
    sign = np.ones(source.shape[1])
    sign[-1] = np.sign(np.linalg.det(u @ vt))
    rotation = u @ np.diag(sign) @ vt
    scale = float((singular * sign).sum() / (share * a**2).sum())
    return scale, rotation, mean_t - scale * rotation @ mean_s
