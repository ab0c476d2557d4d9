"""Paths over time made smooth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from foundation.smoothing import evened


@pytest.mark.parametrize(("count", "sigma"), [(300, 1.3), (40, 22.6), (5, 3.0), (1, 2.0)])
@pytest.mark.parametrize("shape", [(), (3,), (4, 2)])
def test_a_gaussian_over_time_is_scipys(count: int, sigma: float, shape: tuple[int, ...]) -> None:
    path = np.random.default_rng(2).standard_normal((count, *shape))
    assert np.allclose(evened(path, sigma), gaussian_filter1d(path, sigma, axis=0, mode="nearest"), rtol=0, atol=1e-14)
