"""Shots of a clip, resampled and passed into one another."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.shots import Layer, Shot, layers, load_shots, resampled, save_shots

FPS = Fraction(25)


def clip(*lengths: int) -> list[Shot]:
    """Shots of these lengths; a negative one does not show the face."""
    made: list[Shot] = []
    for length in lengths:
        at = made[-1].stop if made else 0
        made.append(Shot(at, at + abs(length), length > 0))
    return made


def test_they_come_back_from_their_file(tmp_path: Path) -> None:
    shots = clip(5, -3, 9)
    save_shots(tmp_path / "shots.json", shots)
    assert load_shots(tmp_path / "shots.json") == shots


def test_one_shot_shows_every_frame_as_it_is() -> None:
    assert [layers(clip(30), index, FPS) for index in range(30)] == [[Layer(index, 1.0)] for index in range(30)]


def test_a_cut_takes_three_frames_at_25_a_second() -> None:
    shots = clip(30, 30)
    assert layers(shots, 29, FPS) == [Layer(29, 1.0)]
    weights = [layers(shots, index, FPS)[-1].weight for index in range(30, 33)]
    assert weights == sorted(weights)
    assert {layer.index for layer in layers(shots, 31, FPS)} == {29, 31}
    assert layers(shots, 33, FPS) == [Layer(33, 1.0)]


def test_a_lost_face_comes_to_rest_and_leaves_it_again() -> None:
    shots = clip(20, -60, 20)
    going = [layers(shots, index, FPS) for index in range(20, 30)]
    assert all(parts[1].index == 19 for parts in going)
    shares = [parts[1].share for parts in going]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.9
    assert shares[-1] < 0.1
    assert layers(shots, 50, FPS) == [Layer(None, 1.0)]
    coming = [layers(shots, index, FPS)[1] for index in range(70, 80)]
    assert {part.index for part in coming} == {80}
    assert [part.share for part in coming] == pytest.approx(shares[::-1])


def test_a_clip_may_begin_and_end_at_rest() -> None:
    shots = clip(-30, 5, -30)
    assert layers(shots, 0, FPS) == layers(shots, 64, FPS) == [Layer(None, 1.0)]


@given(
    st.lists(st.integers(-40, 40).filter(bool), min_size=1, max_size=6),
    st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(120), Fraction(1)]),
)
def test_every_frame_is_whole_and_made_of_frames_with_a_face(lengths: list[int], fps: Fraction) -> None:
    shots = clip(*lengths)
    seen = {index for shot in shots if shot.seen for index in range(shot.start, shot.stop)}
    for index in range(shots[-1].stop):
        parts = layers(shots, index, fps)
        assert sum(part.weight for part in parts) == pytest.approx(1)
        assert all(0 <= part.share <= 1 for part in parts)
        assert all(part.index is None or part.index in seen for part in parts)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.lists(st.integers(0, 44), min_size=1, max_size=60),
)
def test_resampled_shots_keep_each_frame_in_its_own(lengths: list[int], chosen: list[int]) -> None:
    shots = clip(*(length if number % 2 else -length for number, length in enumerate(lengths)))
    chosen = sorted(min(index, shots[-1].stop - 1) for index in chosen)
    made = resampled(shots, chosen)
    assert [shot.start for shot in made] == [0, *(shot.stop for shot in made[:-1])]
    assert made[-1].stop == len(chosen)
    for shot in made:
        for index in chosen[shot.start : shot.stop]:
            assert any(one.start <= index < one.stop and one.seen == shot.seen for one in shots)
