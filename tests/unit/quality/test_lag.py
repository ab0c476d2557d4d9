from __future__ import annotations

import numpy as np
import pytest

from quality.following import lag

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
