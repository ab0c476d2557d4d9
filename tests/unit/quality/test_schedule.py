"""Where a result is looked at that is not drawn from beginning to end."""

from __future__ import annotations

from fractions import Fraction

from foundation.times import FrameRange
from quality.schedule import Schedule

DRAWN = (FrameRange(40, 120), FrameRange(200, 320))


def test_only_drawn_frames_are_looked_at_and_triples_lie_within() -> None:
    found = Schedule.of(400, Fraction(25), 5, (39, 41, 150, 201), DRAWN)
    there = {at for part in DRAWN for at in range(part.start, part.stop)}
    assert set(found.looks.tolist()) | found.beside <= there
    assert {41, 201} <= set(found.looks.tolist())
    assert len(found.looks) >= 40  # five a second of eight
    assert len(found.triples) >= 8


def test_what_is_drawn_whole_is_looked_at_as_ever() -> None:
    whole, told = Schedule.of(400, Fraction(25), 5), Schedule.of(400, Fraction(25), 5, (), (FrameRange(0, 400),))
    assert whole.looks.tolist() == told.looks.tolist() == list(range(2, 400, 5))
    assert whole.triples == told.triples


def test_frames_on_both_sides_of_a_gap_do_not_follow_one_another() -> None:
    found = Schedule.of(400, Fraction(25), 5, (), DRAWN)
    assert found.drawn_between(40, 119)
    assert not found.drawn_between(119, 200)
