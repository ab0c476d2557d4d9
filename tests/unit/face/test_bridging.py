"""A mouth that is hidden does what the frames around it do; the head goes on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face.bridging import REACH, Gap
from face.topology import CHIN, FOREHEAD, INNER_LOWER, INNER_UPPER, STABLE
from foundation.geometry import Array
from tests.made_up import made_up_face

EASE = 6.0


def moved(gap: float, number: int) -> Array:
    """A head that goes to the right and comes nearer."""
    return made_up_face(gap) * (1 + 0.002 * number) + np.array([2.0 * number, 0, 0])


def gaps(faces: Array) -> Array:
    heights = np.linalg.norm(faces[:, FOREHEAD] - faces[:, CHIN], axis=1)
    return np.asarray(np.linalg.norm(faces[:, INNER_LOWER[5]] - faces[:, INNER_UPPER[5]], axis=1) / heights)


def shown(gap: float) -> float:
    """The opening as it is measured, in depth as well."""
    return float(gaps(made_up_face(gap)[None])[0])


def gap_of(length: int, first: float | None, last: float | None) -> Gap:
    before, after = None if first is None else moved(first, 0), None if last is None else moved(last, length + 1)
    return Gap(length, EASE, before, after, moved(0.0, 1) if before is None else before)


def hidden(length: int, first: float | None, last: float | None) -> tuple[Array, Array]:
    """`length` faces whose mouths were taken for shut, as measured and bridged between two openings."""
    measured = np.stack([moved(0.0, number) for number in range(1, length + 1)])
    return measured, gap_of(length, first, last).bridged(measured, np.arange(1.0, length + 1))


def test_a_short_time_is_bridged_from_one_opening_to_the_other() -> None:
    _, faces = hidden(9, 0.02, 0.12)
    np.testing.assert_allclose(gaps(faces), np.linspace(shown(0.02), shown(0.12), 11)[1:-1], atol=0.002)


def test_a_long_time_begins_and_ends_as_the_frames_around_it() -> None:
    _, faces = hidden(60, 0.10, 0.05)
    opened = gaps(faces)
    np.testing.assert_allclose(opened[:5], shown(0.10), atol=0.002)
    np.testing.assert_allclose(opened[-5:], shown(0.05), atol=0.002)
    assert opened[20:40].max() < 0.002  # as it was measured
    assert np.abs(np.diff(opened)).max() < 0.03


@pytest.mark.parametrize("ends", [(0.1, None), (None, 0.1)])
def test_at_a_shots_border_the_only_end_holds(ends: tuple[float | None, float | None]) -> None:
    _, faces = hidden(5, *ends)
    np.testing.assert_allclose(gaps(faces), shown(0.1), atol=0.002)


def test_a_shot_without_an_end_stays_about_as_measured() -> None:
    measured, faces = hidden(5, None, None)
    np.testing.assert_allclose(faces, measured, atol=0.5)


def test_guesses_that_jump_are_evened_out() -> None:
    guessed = np.stack([moved(0.1 * (number % 2), number) for number in range(1, 61)])
    faces = gap_of(60, 0.05, 0.05).bridged(guessed, np.arange(1.0, 61))
    assert np.abs(np.diff(gaps(guessed))).min() > 0.09
    assert np.abs(np.diff(gaps(faces))).max() < 0.01


@given(st.integers(1, 40), st.floats(0, 0.15), st.floats(0, 0.15))
@settings(max_examples=30, deadline=None)
def test_heads_go_on_and_openings_stay_between_the_ends(length: int, first: float, last: float) -> None:
    measured, faces = hidden(length, first, last)
    head = [point for point in STABLE if point not in (2, 98, 327)]  # the nose's base is near the lips
    np.testing.assert_allclose(faces[:, head], measured[:, head], atol=1e-6)
    assert gaps(faces).max() <= shown(max(first, last)) + 0.002


@given(st.integers(1, 60), st.integers(0, 60))
@settings(max_examples=20, deadline=None)
def test_how_it_is_cut_up_changes_nothing(length: int, cut: int) -> None:
    cut, steps = min(cut, length), np.arange(1.0, length + 1)
    measured, whole = hidden(length, 0.1, 0.03)
    gap, parts = gap_of(length, 0.1, 0.03), []
    for start, stop in ((0, cut), (cut, length)):
        near = slice(max(0, start - REACH), min(length, stop + REACH))
        parts.append(gap.bridged(measured[near], steps[near])[start - near.start : stop - near.start])
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-9)
