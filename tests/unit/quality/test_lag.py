from __future__ import annotations

import numpy as np
import pytest

from quality.features import COLUMNS, MOUTH
from quality.following import compare, lag

LONG = 60


def talk(frames: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A mouth's opening."""
    return np.abs(np.convolve(np.random.default_rng(3).standard_normal(frames + 8), np.hanning(5), "valid"))[:frames]


@pytest.mark.parametrize("late", [-3, 0, 2])
def test_a_lag_is_found_in_as_few_frames_as_tell(late: int) -> None:
    for frames in (24, LONG):
        driver = talk(frames)
        assert lag(driver, np.roll(driver, late), np.arange(frames)) == late


def test_a_handful_of_frames_tells_nothing() -> None:
    """Of a clip of half a second, what is left between the ends goes with anything."""
    driver = talk(15)
    assert np.isnan(lag(driver, np.roll(driver, 2), np.arange(15)))
    assert np.isnan(lag(driver, driver[::5], np.arange(0, 15, 5)))


def test_a_mouth_that_moves_at_the_end_alone_has_no_lag() -> None:
    """Its last frames cannot be compared with later ones, and what is before is noise."""
    driver = np.full(30, 0.002) + 0.001 * talk(30)
    driver[26:] = (0.02, 0.05, 0.1, 0.12)
    result = driver + 0.01 * np.roll(talk(30), 4)
    assert np.isnan(lag(driver, result, np.arange(30), 0.03))
    assert lag(np.roll(driver, -15), np.roll(driver, -13), np.arange(30), 0.03) == 2


@pytest.mark.parametrize(("looks", "known"), [(11, False), (16, True)])
def test_a_mouth_is_compared_where_there_is_enough_to_see(looks: int, known: bool) -> None:
    """Who is shown for a third of a second, with the mouth open all the while, goes with anything."""
    driver, result = np.ones((2, looks, len(COLUMNS)))
    driver[:, MOUTH], result[:, MOUTH] = 0.07 + 0.03 * talk(looks), 0.08
    result[::2, MOUTH] = 0.081
    figures = compare(driver, result, driver[0])
    assert np.isfinite(figures["mouth_r"]) == known
    assert np.isfinite(figures["mouth_slope"]) == known
