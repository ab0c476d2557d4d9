"""Which face a manifest means."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.facetrack import Face
from foundation.schemes import IBUG_68
from landmarks.selection import choose

FILE = Path("group.jpg")


def face(x: float, y: float, size: float) -> Face:
    """A square face about (x, y)."""
    corners = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * size / 2
    return Face(corners + np.array([x, y, 0]), IBUG_68, np.zeros(0), np.eye(4))


LEFT, MIDDLE, RIGHT = face(50, 100, 20), face(200, 90, 60), face(400, 110, 40)
GROUP = [LEFT, MIDDLE, RIGHT]


@pytest.mark.parametrize(
    ("select", "meant"),
    [
        (FaceChoice(), MIDDLE),
        (FaceChoice(order="leftmost"), LEFT),
        (FaceChoice(order="rightmost"), RIGHT),
        (FaceChoice(index=0), MIDDLE),
        (FaceChoice(index=1), RIGHT),
        (FaceChoice(index=2), LEFT),
        (FaceChoice(at=(55, 95)), LEFT),
        (FaceChoice(at=(375, 110)), RIGHT),
    ],
)
def test_each_way_to_say_it(select: FaceChoice, meant: Face) -> None:
    assert choose(GROUP, select, FILE) is meant


def test_of_two_faces_at_a_point_the_nearer_is_meant() -> None:
    near, far = face(100, 100, 60), face(120, 100, 60)
    assert choose([far, near], FaceChoice(at=(104, 100)), FILE) is near


@pytest.mark.parametrize("index", [3, -1])
def test_an_index_too_many_lists_the_faces(index: int) -> None:
    with pytest.raises(InputError, match=r"group\.jpg: there is no face -?\d: 3 faces found, 0 at \[200, 90\]"):
        choose(GROUP, FaceChoice(index=index), FILE)


def test_a_point_beside_every_face_lists_the_faces() -> None:
    with pytest.raises(InputError, match=r"no face at \[300, 20\]: 3 faces found.*2 at \[50, 100\]"):
        choose(GROUP, FaceChoice(at=(300, 20)), FILE)
