"""How faces are followed, with a network that sees coloured squares as faces."""

from __future__ import annotations

import numpy as np
import pytest

from foundation.facetrack import Face
from foundation.schemes import IBUG_68
from landmarks.base import Image
from landmarks.followed import LIMITS, Mesh
from landmarks.following import Follower
from landmarks.windows import Bounds, overlap

RED, BLUE = (250, 20, 20), (20, 20, 250)


def squares(image: Image) -> list[Bounds]:
    """Where the coloured squares are, the largest first."""
    found = []
    for colour in (RED, BLUE):
        rows, columns = np.nonzero((np.abs(image.astype(int) - colour) < 60).all(axis=2))
        if len(rows) >= 16:
            found.append(
                (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)),
            )
    return sorted(found, key=lambda box: -(box[2] - box[0]))


def drawn(*placed: tuple[tuple[int, int, int], int, int, int]) -> Image:
    """A picture of squares: colour, x, y, side."""
    image = np.zeros((240, 640, 3), np.uint8)
    for colour, x, y, size in placed:
        image[y : y + size, max(x, 0) : x + size] = colour
    return image


class SquareMesh:
    """Sees the square that it saw before; else the largest."""

    def __init__(self) -> None:
        self._seen: Bounds | None = None
        self.looks = 0

    def look(self, image: Image, times: int = 1) -> Face | None:
        self.looks += times
        boxes = squares(image)
        if not boxes:
            self._seen = None
            return None
        before = self._seen
        self._seen = max(boxes, key=lambda box: overlap(box, before)) if before else boxes[0]
        x0, y0, x1, y1 = self._seen
        return Face(np.array([[x0, y0, 0.0], [x1, y1, 0.0]]), IBUG_68, np.zeros(0), np.eye(4))

    def forget(self) -> None:
        self._seen = None

    def close(self) -> None:
        raise AssertionError("only the owner closes networks")


class Scene:
    """A follower, and what it asked of the world."""

    def __init__(self) -> None:
        self.meshes: list[SquareMesh] = []
        self.wide: list[bool] = []
        self.spare: list[Mesh] = []
        self.follower = Follower(self._candidates, self._open, self.spare.append)

    def _candidates(self, image: Image, wide: bool) -> list[Bounds]:
        self.wide.append(wide)
        return squares(image)

    def _open(self) -> Mesh:
        self.meshes.append(SquareMesh())
        return self.meshes[-1]

    def step(self, *placed: tuple[tuple[int, int, int], int, int, int], limit: int = 4) -> list[Bounds]:
        return [face.box for face in self.follower.step([drawn(*placed)], limit)[0]]


def test_faces_keep_to_their_networks_while_they_move() -> None:
    scene = Scene()
    for frame in range(40):
        boxes = scene.step((RED, 20 + 6 * frame, 50, 60), (BLUE, 500 - 4 * frame, 150, 50))
        assert sorted(boxes) == [
            (20 + 6 * frame, 50, 80 + 6 * frame, 110),
            (500 - 4 * frame, 150, 550 - 4 * frame, 200),
        ]
    assert len(scene.meshes) == 2


def test_a_steady_face_costs_one_look_a_frame() -> None:
    scene = Scene()
    scene.step((RED, 100, 100, 60))
    (mesh,) = scene.meshes
    before = mesh.looks
    for _ in range(20):
        scene.step((RED, 100, 100, 60))
    assert mesh.looks == before + 20


def test_a_smaller_neighbour_is_found_beside_a_larger_face() -> None:
    boxes = Scene().step((RED, 100, 60, 80), (BLUE, 200, 90, 50))
    assert sorted(boxes) == [(100, 60, 180, 140), (200, 90, 250, 140)]


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_than_the_limit_are_followed(limit: int) -> None:
    scene = Scene()
    for _ in range(7):
        boxes = scene.step((RED, 100, 60, 80), (BLUE, 400, 90, 50), limit=limit)
        assert boxes[0] == (100, 60, 180, 140)
        assert len(boxes) == limit


def test_who_comes_later_is_noticed() -> None:
    scene = Scene()
    for _ in range(3):
        scene.step((RED, 100, 60, 80))
    counts = [len(scene.step((RED, 100, 60, 80), (BLUE, 400, 90, 50))) for _ in range(6)]
    assert counts[-1] == 2


@pytest.mark.parametrize("together", [1, 2])
def test_each_due_frame_is_searched_for_newcomers_once(together: int) -> None:
    """The search that is begun while the networks look is the one that is used."""
    scene, frames = Scene(), 4 * LIMITS.census
    image = drawn((RED, 100, 60, 80), (BLUE, 400, 90, 50))
    for _ in range(frames // together):
        for faces in scene.follower.step([image] * together, 4):
            assert len(faces) == 2
    assert scene.wide == [True, False, False, False]


def test_a_lost_face_is_found_again_at_once() -> None:
    scene = Scene()
    scene.step((RED, 100, 60, 80))
    for _ in range(4):
        assert scene.step() == []
    assert scene.step((RED, 108, 60, 80)) == [(108, 60, 188, 140)]


def test_a_face_that_stays_away_is_given_up_and_its_network_kept() -> None:
    scene = Scene()
    scene.step((RED, 100, 60, 80))
    for _ in range(LIMITS.patience + 2):
        scene.step()
    assert len(scene.spare) == 1


def test_after_a_cut_the_face_is_found_elsewhere() -> None:
    scene = Scene()
    scene.step((RED, 100, 60, 80))
    assert scene.step((RED, 500, 20, 60)) == [(500, 20, 560, 80)]
    assert scene.step((RED, 500, 20, 60)) == [(500, 20, 560, 80)]


def test_an_empty_scene_is_searched_at_every_scale_only_now_and_then() -> None:
    scene = Scene()
    for _ in range(2 * LIMITS.search):
        scene.step()
    assert scene.wide.count(True) == 2


def test_one_face_is_given_once_when_two_networks_end_on_it() -> None:
    """Blue passes behind red: its network jumps onto red, and is let go."""
    scene = Scene()
    for frame in range(60):
        shown = [(RED, 300, 60, 80)]
        x = 5 * frame
        if not 250 < x < 360:
            shown.insert(0, (BLUE, x, 60, 80))
        boxes = scene.step(*shown)
        for index, box in enumerate(boxes):
            assert all(overlap(box, other) < 0.5 for other in boxes[:index]), frame
        assert (300, 60, 380, 140) in boxes
