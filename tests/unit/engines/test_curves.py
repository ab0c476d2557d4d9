"""Curves through landmarks, and along time, are SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from engines.landmark_tps.curves import curve_matrix, smooth


@pytest.mark.parametrize(("knots", "points"), [(9, 25), (11, 33), (3, 7), (20, 20)])
def test_the_curve_is_the_natural_spline_to_the_bit(knots: int, points: int) -> None:
    spline = CubicSpline(np.arange(knots), np.eye(knots), bc_type="natural")
    np.testing.assert_array_equal(curve_matrix(knots, points), spline(np.linspace(0, knots - 1, points)))


@pytest.mark.parametrize("shape", [(40, 478, 3), (5, 3), (2,)])
@pytest.mark.parametrize("sigma", [0.0, 0.1, 0.5, 1.7, 4.0])
def test_time_is_smoothed_by_a_gaussian_to_the_bit(shape: tuple[int, ...], sigma: float) -> None:
    values = np.random.default_rng(0).normal(size=shape)
    wanted = gaussian_filter1d(values, sigma, axis=0, mode="nearest") if sigma else values
    np.testing.assert_array_equal(smooth(values, sigma), wanted)
