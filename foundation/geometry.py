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
    return Similarities(source, weights).onto(target)


def umeyama_each(sources: Array, target: Array) -> tuple[Array, Array, Array]:
    """`umeyama` of each of n sources, (n, N, D), to the bit: scales (n,), rotations (n, D, D), translations (n, D)."""
    return Similarities(sources).each_onto(target)


class Similarities:
    """The similarities that best map one set of points, or each of n sets, onto others, as `umeyama` has them.

    Args:
        source: (N, D), or (n, N, D).
        weights: as there.
    """

    def __init__(self, source: Array, weights: Array | None = None) -> None:
        share = (np.ones(source.shape[-2]) if weights is None else weights)[:, None]
        self._share = share / share.sum()
        self._mean = (self._share * source).sum(axis=-2)
        away = source - self._mean[..., None, :]
        self._weighed, self._spread = self._share * away, (self._share * away**2).sum(axis=(-2, -1))

    def onto(self, target: Array) -> tuple[float, Array, Array]:
        """Scale, rotation and translation of the one set onto (N, D) points."""
        mean, u, singular, vt, sign = self._fit(target)
        rotation, scale = u @ np.diag(sign) @ vt, float(self._scale(singular, sign))
        return scale, rotation, mean - scale * rotation @ self._mean

    def each_onto(self, target: Array) -> tuple[Array, Array, Array]:
        """Scales (n,), rotations (n, D, D) and translations (n, D) of n sets onto (N, D) points."""
        mean, u, singular, vt, sign = self._fit(target)
        rotations, scales = u @ (np.eye(len(mean)) * sign[:, None]) @ vt, self._scale(singular, sign)
        turned = [scale * rotation @ own for scale, rotation, own in zip(scales, rotations, self._mean, strict=True)]
        return scales, rotations, mean - np.reshape(turned, self._mean.shape)

    def scale(self, target: Array) -> float:
        """The scale alone, of the one set."""
        _, _, singular, _, sign = self._fit(target)
        return float(self._scale(singular, sign))

    def _fit(self, target: Array) -> tuple[Array, Array, Array, Array, Array]:
        mean = (self._share * target).sum(axis=0)
        u, singular, vt = np.linalg.svd((target - mean).T @ self._weighed)
        sign = np.ones(singular.shape)
        sign[..., -1] = np.sign(np.linalg.det(u @ vt))
        return mean, u, singular, vt, sign

    def _scale(self, singular: Array, sign: Array) -> Array:
        return np.asarray((singular * sign).sum(axis=-1) / self._spread)
