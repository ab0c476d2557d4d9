"""A place in a clip means the same frame, however it is written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.timecode import Moment, moment, timecode_of

NTSC = Fraction(30000, 1001)
RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(50), 2 * NTSC, Fraction(120)]


@pytest.mark.parametrize(
    ("written", "fps", "seconds"),
    [
        (3.2, Fraction(25), Fraction(16, 5)),
        ("3.2", Fraction(25), Fraction(16, 5)),
        ("1:03.2", Fraction(25), Fraction(316, 5)),
        ("1:00:03", Fraction(25), Fraction(3603)),
        ({"frame": 80}, Fraction(25), Fraction(16, 5)),
        ({"frame": 30}, NTSC, Fraction(1001, 1000)),
        ("00:00:03:05", Fraction(25), Fraction(16, 5)),
        ("00:00:01:00", NTSC, Fraction(1001, 1000)),
        ("00:01:00;02", NTSC, 1800 / NTSC),
        ("00:10:00;00", NTSC, 17982 / NTSC),
        ("01:00:00;00", NTSC, 107892 / NTSC),
        ("00:01:00;04", 2 * NTSC, 3600 / (2 * NTSC)),
    ],
)
def test_every_form_means_an_exact_time(written: Any, fps: Fraction, seconds: Fraction) -> None:
    assert moment(written).at(fps) == seconds


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("soon", "write seconds such as 3.2"),
        (True, "write seconds such as 3.2"),
        (None, "write seconds such as 3.2"),
        ([1], "write seconds such as 3.2"),
        ({"frame": -1}, "write seconds such as 3.2"),
        ({"frame": 1.5}, "write seconds such as 3.2"),
        ({"frames": 1}, "write seconds such as 3.2"),
        ("1/0", "write seconds such as 3.2"),
        (float("nan"), "write seconds such as 3.2"),
        (-1, "0 or later"),
        (1e9, "within 24 hours"),
        ("00:61:00:00", "go to 59"),
        ("1:60", "go to 59"),
        (216005, "put a timecode into quotation marks"),
    ],
)
def test_what_is_no_place_is_refused(written: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        moment(written)


@pytest.mark.parametrize(
    ("written", "fps", "told"),
    [
        ("00:00:00:25", Fraction(25), "the frames 00 to 24 at 25"),
        ("00:01:00;00", NTSC, "leaves this one out"),
        ("00:01:00;03", 2 * NTSC, "leaves this one out"),
        ("00:01:00;02", Fraction(25), "belongs to 29.97 and 59.94, not 25"),
        ("00:01:00;02", Fraction(24000, 1001), "belongs to 29.97 and 59.94"),
    ],
)
def test_a_timecode_that_a_rate_has_not(written: str, fps: Fraction, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        moment(written).at(fps)


@given(frame=st.integers(0, 24 * 3600 * 24), fps=st.sampled_from(RATES))
def test_a_frame_and_its_timecode_are_the_same_time(frame: int, fps: Fraction) -> None:
    count = round(fps)
    seconds, left = divmod(frame, count)
    written = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{left:02d}"
    assert moment(written).at(fps) == moment({"frame": frame}).at(fps) == frame / fps
    assert str(moment(written)) == written


@given(seconds=st.integers(0, 24 * 3600 - 1))
def test_drop_frame_timecode_keeps_to_the_clock(seconds: int) -> None:
    minute, second = divmod(seconds, 60)
    frames = 2 if minute % 10 and not second else 0
    written = f"{minute // 60:02d}:{minute % 60:02d}:{second:02d};{frames:02d}"
    # ten minutes of it last 599.9994 s; within them it is at most two frames off
    assert abs(moment(written).at(NTSC) - seconds) <= 2 / NTSC + Fraction(seconds, 1_000_000)


@given(frame=st.integers(0, 23 * 3600 * 24), fps=st.sampled_from(RATES))
def test_the_timecode_of_a_frame_is_read_as_that_frame(frame: int, fps: Fraction) -> None:
    assert moment(timecode_of(frame, fps)).at(fps) == frame / fps


def test_a_place_that_is_read_again_is_the_same() -> None:
    assert moment(moment("00:00:03:05")) == Moment(timecode=(0, 0, 3, 5))
