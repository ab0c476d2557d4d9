"""Paths over time made smooth."""

from __future__ import annotations

import numpy as np

from foundation.geometry import Array


def steadied(path: Array, sigma: float) -> Array:
    """A Gaussian over time; at the ends, motion is taken to go on as it was.

    Args:
        path: (N, D), a row a frame.
        sigma: in frames.
    """
    beyond = min(round(4 * sigma), len(path) - 1)
    longer = np.pad(path, ((beyond, beyond), (0, 0)), mode="reflect", reflect_type="odd")
    return evened(longer, sigma)[beyond : beyond + len(path)]


def evened(values: Array, sigma: float, part: slice = slice(None)) -> Array:
    """A Gaussian over time; at the ends, values are taken to stay as they were.

    The very bits of SciPy's gaussian_filter1d, which a worker takes a third of a second to import.

    Args:
        values: (N, ...), one a frame, or a step; N at least 1.
        sigma: in these.
        part: of them that is wanted, without a step.
    """
    reach = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 / sigma**2 * np.arange(-reach, reach + 1) ** 2)
    weights /= weights.sum()
    longer = np.concatenate([np.repeat(values[:1], reach, axis=0), values, np.repeat(values[-1:], reach, axis=0)])
    start, stop, _ = part.indices(len(values))
    smoothed: Array = values[start:stop] * weights[reach]
    for away in range(reach, 0, -1):
        before, after = (longer[start + reach + step : stop + reach + step] for step in (-away, away))
        smoothed += (before + after) * weights[reach - away]
    return smoothed
