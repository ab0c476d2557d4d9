"""Smooth curves: through a row of landmarks, and along time.

Both are, to the bit, what SciPy gives, whose import takes every worker as long as a dozen frames.
"""

from __future__ import annotations

import numpy as np

from foundation.geometry import Array


def curve_matrix(knots: int, points: int) -> Array:
    """(points, knots): what equally spaced knots do to equally spaced points of the natural cubic spline through them.

    scipy.interpolate.CubicSpline(bc_type="natural"); C. de Boor, A Practical Guide to Splines, chapter IV.
    """
    values = np.eye(knots)
    rise = np.diff(values, axis=0)
    diagonal = np.array([2.0, *[4.0] * (knots - 2), 2.0])
    slopes = np.concatenate([3 * rise[:1], 3 * (rise[:-1] + rise[1:]), 3 * rise[-1:]])
    for row in range(1, knots):
        share = 1.0 / diagonal[row - 1]
        diagonal[row] -= share
        slopes[row] -= share * slopes[row - 1]
    slopes[-1] /= diagonal[-1]
    for row in range(knots - 2, -1, -1):
        slopes[row] = (slopes[row] - slopes[row + 1]) / diagonal[row]
    bend = slopes[:-1] + slopes[1:] - 2 * rise
    at = np.linspace(0, knots - 1, points)
    piece = np.minimum(at.astype(int), knots - 2)
    along = (at - piece)[:, None]
    curve, power = np.zeros((points, knots)), np.ones_like(along)
    for term in (values[:-1], slopes[:-1], rise - slopes[:-1] - bend, bend):
        curve += term[piece] * power
        power = power * along
    return curve


def smooth(values: Array, sigma: float) -> Array:
    """(n, ...) through a Gaussian over time, no lag; the ends go on as they are. `sigma` in frames.

    scipy.ndimage.gaussian_filter1d(axis=0, mode="nearest").
    """
    if sigma <= 0 or len(values) < 2:
        return values
    reach = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 / (sigma * sigma) * np.arange(-reach, reach + 1) ** 2)
    weights = weights / weights.sum()
    padded = np.pad(values, ((reach, reach), *[(0, 0)] * (values.ndim - 1)), mode="edge")
    smoothed = values * weights[reach]
    pair = np.empty_like(smoothed)
    for away in range(reach, 0, -1):
        before, after = (padded[reach + step : reach + step + len(values)] for step in (-away, away))
        np.add(before, after, out=pair)
        pair *= weights[reach + away]
        smoothed += pair
    return smoothed
