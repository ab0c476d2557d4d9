"""Identity over time, on made-up tracks."""

from __future__ import annotations

import numpy as np
import pytest

from foundation.facetrack import Face
from foundation.geometry import Array
from foundation.schemes import IBUG_68
from landmarks.tracking import People, appearance

DARK, PALE = np.full((6, 6, 3), 0.35), np.full((6, 6, 3), 0.55)
SIZE = 40.0


def face(x: float, y: float = 100.0, size: float = SIZE) -> Face:
    corners = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * size / 2
    return Face(corners + np.array([x, y, 0]), IBUG_68, np.zeros(0), np.eye(4))


@pytest.mark.parametrize("hidden", [0, 4, 8])
@pytest.mark.parametrize("looks", [(DARK, PALE), (DARK, DARK)], ids=["unlike", "alike"])
def test_two_who_cross_are_not_swapped(hidden: int, looks: tuple[Array, Array]) -> None:
    """The second passes behind the first and is not seen for some frames; their order in the list changes."""
    people = People(12)
    rng = np.random.default_rng(0)
    start = people.step([face(0), face(300)], list(looks))
    for frame in range(1, 61):
        here = [(face(5 * frame + rng.normal(0, 0.5)), looks[0], start[0])]
        if abs(frame - 30) > hidden / 2:
            here.append((face(300 - 5 * frame + rng.normal(0, 0.5)), looks[1], start[1]))
        if frame % 2:
            here.reverse()
        owners = people.step([one[0] for one in here], [one[1] for one in here])
        assert owners == [one[2] for one in here], frame


def test_the_one_who_is_gone_is_not_replaced_by_the_one_who_stays() -> None:
    people = People(12)
    chosen, other = people.step([face(0), face(50)], [DARK, DARK])
    for frame in range(20):
        (owner,) = people.step([face(50 - 2 * frame)], [DARK])
        assert owner is other, frame
    assert chosen is not other


def test_somebody_of_other_looks_in_the_same_place_is_somebody_else() -> None:
    people = People(12)
    (first,) = people.step([face(0)], [np.full((6, 6, 3), 0.2)])
    people.step([], [])
    (second,) = people.step([face(0)], [np.full((6, 6, 3), 0.8)])
    assert second is not first


def test_the_same_person_after_a_gap() -> None:
    people = People(12)
    (first,) = people.step([face(0)], [DARK])
    for frame in range(1, 5):
        people.step([face(6 * frame)], [DARK])
    for _ in range(8):
        people.step([], [])
    (again,) = people.step([face(6 * 13 + 10)], [DARK])
    assert again is first


def test_after_too_long_it_is_somebody_new() -> None:
    people = People(5)
    (first,) = people.step([face(0)], [DARK])
    for _ in range(6):
        people.step([], [])
    (again,) = people.step([face(0)], [DARK])
    assert again is not first


def test_a_much_larger_face_is_somebody_else() -> None:
    people = People(5)
    (first,) = people.step([face(0)], [DARK])
    (second,) = people.step([face(0, size=3 * SIZE)], [DARK])
    assert second is not first


def test_appearance_is_of_the_face_and_not_its_surroundings() -> None:
    image = np.zeros((200, 200, 3), np.uint8)
    image[80:121, 30:71] = (200, 100, 50)
    np.testing.assert_allclose(appearance(image, face(50))[0, 0] * 255, (200, 100, 50), atol=6)
    assert appearance(image, face(-500)).shape == DARK.shape
