"""Exact time: no frame is lost, doubled or drifts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.times import FrameRange, chunks, exact, frame_count, rate, resample

rates = st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(120)])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (29.97, Fraction(30000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        (25, Fraction(25)),
        (30, Fraction(30)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_a_rate_is_what_the_field_means_by_it(written: float | str, meant: Fraction) -> None:
    assert rate(written) == meant


@pytest.mark.parametrize("wrong", [0, -1, 1001, "x", "nan", "1/0"])
def test_what_is_no_rate_is_refused(wrong: float | str) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        rate(wrong)


def test_decimals_are_taken_as_written() -> None:
    assert exact(0.1) + exact(0.2) == exact(0.3)


@given(frames=st.integers(0, 5000), size=st.integers(1, 300))
def test_chunks_cover_every_frame_once(frames: int, size: int) -> None:
    parts = chunks(frames, size)
    assert [frame for part in parts for frame in range(part.start, part.stop)] == list(range(frames))
    assert all(0 < len(part) <= size for part in parts)


def test_a_frame_range_cannot_run_backwards() -> None:
    with pytest.raises(ValueError, match="not a frame range"):
        FrameRange(3, 2)


@given(fps=rates, frames=st.integers(1, 400), start=st.fractions(0, 10))
def test_the_same_rate_keeps_every_frame(fps: Fraction, frames: int, start: Fraction) -> None:
    timestamps = [start + n / fps for n in range(frames)]
    assert resample(timestamps, start, frame_count(frames / fps, fps), fps) == list(range(frames))


@given(
    gaps=st.lists(st.fractions(Fraction(1, 240), Fraction(1, 5)), min_size=1, max_size=200),
    fps=rates,
)
def test_resampling_keeps_order_and_shows_what_is_on_screen(gaps: list[Fraction], fps: Fraction) -> None:
    timestamps = [sum(gaps[:n], Fraction(0)) for n in range(len(gaps))]
    chosen = resample(timestamps, Fraction(0), frame_count(timestamps[-1] + gaps[-1], fps), fps)
    assert chosen == sorted(chosen)
    for number, index in enumerate(chosen):
        middle = (number + Fraction(1, 2)) / fps
        assert timestamps[index] < middle or index == 0
        assert index + 1 == len(timestamps) or timestamps[index + 1] >= middle


def test_half_the_rate_shows_each_frame_at_its_own_time() -> None:
    assert resample([Fraction(n, 30) for n in range(12)], Fraction(0), 6, Fraction(15)) == [0, 2, 4, 6, 8, 10]


def test_an_hour_of_ntsc_ends_within_one_frame_of_its_sound() -> None:
    fps = Fraction(30000, 1001)
    sound = Fraction(3600)
    frames = frame_count(sound, fps)
    assert abs(frames / fps - sound) <= 1 / fps
    timestamps = [n / fps for n in range(frames)]
    assert resample(timestamps, Fraction(0), frames, fps)[-1] == frames - 1


def test_rounded_timestamps_neither_drop_nor_double_frames() -> None:
    """Matroska and GIF round to milliseconds and hundredths: the clock jitters, the frames must not."""
    fps = Fraction(30000, 1001)
    timestamps = [Fraction(round(n / fps * 1000), 1000) for n in range(1000)]
    assert resample(timestamps, Fraction(0), 1000, fps) == list(range(1000))


@given(
    lasting=st.lists(st.fractions(Fraction(1, 29), Fraction(2)), min_size=1, max_size=100),
    fps=st.sampled_from([Fraction(30), Fraction(30000, 1001) * 2, Fraction(50), Fraction(120)]),
)
def test_resampling_never_loses_the_last_frame(lasting: list[Fraction], fps: Fraction) -> None:
    timestamps = [sum(lasting[:n], Fraction(0)) for n in range(len(lasting))]
    chosen = resample(timestamps, Fraction(0), frame_count(sum(lasting, Fraction(0)), fps), fps)
    assert chosen[-1] == len(timestamps) - 1
    assert set(chosen) == set(range(len(timestamps)))  # none of the others either: each lasts longer than a frame


@given(fps=rates, seconds=st.fractions(Fraction(1, 10), Fraction(7200)), size=st.integers(1, 300))
def test_the_lengths_of_all_chunks_add_up_to_the_whole(fps: Fraction, seconds: Fraction, size: int) -> None:
    frames = frame_count(seconds, fps)
    parts = chunks(min(frames, 5000), size)
    assert sum((len(part) / fps for part in parts), Fraction(0)) == min(frames, 5000) / fps
    assert abs(frames / fps - seconds) <= max(Fraction(1, 2) / fps, 1 / fps - seconds)
