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


def evened(values: Array, sigma: float) -> Array:
    """A Gaussian over time; at the ends, values are taken to stay as they were.

    Args:
        values: (N, ...), one a frame, or a step.
        sigma: in these.
    """
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415  (a third of a second, for this alone)

    smoothed: Array = gaussian_filter1d(values, sigma, axis=0, mode="nearest")
    return smoothed
