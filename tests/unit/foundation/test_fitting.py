"""A clip brought to another length shows its own frames, in the order that was asked for."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.fitting import Way, fitted

FPS = Fraction(25)


def fit(count: int, frames: int, way: Way | None, fps: Fraction = FPS) -> list[int]:
    """A clip of `count` frames at 25 a second, brought to `frames` at `fps`."""
    times = [3 + n / FPS for n in range(count)]
    return fitted(times, Fraction(3), count / FPS, frames=frames, fps=fps, way=way)


@pytest.mark.parametrize(
    ("way", "frames", "shown"),
    [
        (None, 6, [0, 1, 2, 3, 3, 3]),
        ("loop", 10, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]),
        ("mirror", 10, [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]),
        ("stretch", 8, [0, 0, 1, 1, 2, 2, 3, 3]),
        ("stretch", 2, [0, 2]),
        (None, 2, [0, 1]),
        ("loop", 2, [0, 1]),
        ("mirror", 3, [0, 1, 2]),
    ],
)
def test_each_way_to_another_length(way: Way | None, frames: int, shown: list[int]) -> None:
    assert fit(4, frames, way) == shown


@given(
    count=st.integers(1, 60),
    frames=st.integers(1, 400),
    way=st.sampled_from([None, "loop", "mirror", "stretch"]),
    fps=st.sampled_from([Fraction(24000, 1001), FPS, Fraction(60)]),
)
def test_every_way_gives_the_asked_number_of_the_clips_own_frames(
    count: int, frames: int, way: Way | None, fps: Fraction
) -> None:
    shown = fit(count, frames, way, fps)
    assert len(shown) == frames
    assert set(shown) <= set(range(count))
    jump = 2 if fps < FPS else 1
    if way in (None, "mirror"):
        assert all(abs(b - a) <= jump for a, b in pairwise(shown))
    if way in (None, "stretch"):
        assert shown == sorted(shown)


@given(count=st.integers(1, 60), frames=st.integers(1, 400))
def test_stretching_ends_both_together(count: int, frames: int) -> None:
    shown = fit(count, frames, "stretch")
    assert shown[0] <= count / frames
    assert count - 1 - shown[-1] <= count / frames


@pytest.mark.parametrize("way", ["loop", "mirror"])
def test_one_frame_alone_is_repeated(way: Way) -> None:
    assert fit(1, 5, way) == [0] * 5
    assert fit(2, 5, way) == [0, 1, 0, 1, 0]
