from __future__ import annotations

import numpy as np
import pytest

from foundation.geometry import apply_affine
from liveportrait import crops
from liveportrait.landmarks import MESH, recipe_landmarks
from liveportrait.retargeting import eye_ratios, lip_ratios


def mesh(turn: float = 0.0) -> np.ndarray:
    """(478, 3): a schematic face, 100 pixels high, with its centre at (320, 240)."""
    points = np.random.default_rng(0).uniform(-40, 40, (MESH, 3))
    places = {33: (-30, -20), 133: (-10, -20), 362: (10, -20), 263: (30, -20), 61: (-15, 30), 291: (15, 30)}
    places |= {159: (-20, -23), 145: (-20, -17), 386: (20, -22), 374: (20, -18), 13: (0, 28), 14: (0, 34)}
    places |= {152: (0, 60), 105: (-20, -40), 334: (20, -40), 10: (0, -70), 234: (-45, 0), 454: (45, 0)}
    for point, place in places.items():
        points[point, :2] = place
    cosine, sine = np.cos(turn), np.sin(turn)
    points[:, :2] = points[:, :2] @ np.array([[cosine, sine], [-sine, cosine]]) + (320, 240)
    return points


def test_the_recipes_landmarks_are_read_off_the_mesh() -> None:
    found = recipe_landmarks(mesh())
    assert found.shape == (203, 2)
    assert eye_ratios(found[None])[0] == pytest.approx([0.3, 0.2], abs=1e-6)
    assert lip_ratios(found[None])[0] == pytest.approx([0.2], abs=1e-6)
    assert found[:, 1].min() > 240 - 60  # not the forehead
    assert recipe_landmarks(np.stack([mesh(), mesh()])).shape == (2, 203, 2)
    with pytest.raises(ValueError, match="478"):
        recipe_landmarks(np.zeros((68, 2)))


@pytest.mark.parametrize("turn", [0.0, 0.4, -1.2])
def test_a_portraits_crop_is_upright_and_comes_back(turn: float) -> None:
    anchors = crops.Anchors.of(recipe_landmarks(mesh(turn)))
    picture = np.full((480, 640, 3), 90, np.uint8)
    matrix, seen = crops.source_crop(picture, anchors)
    assert seen.shape == (256, 256, 3)
    eyes, mouth = apply_affine(matrix[:2].astype(np.float64), np.stack([anchors.eyes, anchors.mouth]))
    assert eyes[0] == pytest.approx(mouth[0], abs=1e-6)
    assert eyes[1] < mouth[1]
    made = np.full((512, 512, 3), 200, np.uint8)
    whole = crops.pasted(made, matrix, picture)
    middle = np.rint(apply_affine(np.linalg.inv(matrix.astype(np.float64))[:2], np.array([[256.0, 256.0]]))[0]).astype(
        int
    )
    assert (whole[middle[1], middle[0]] == 200).all()
    assert (whole[0, 0] == 90).all()


def test_a_face_without_a_direction_is_cut_as_it_is() -> None:
    points = np.tile([50.0, 60.0], (203, 1))
    points[100] = (70, 60)
    box = crops.box_of(crops.Anchors(np.array([50.0, 60.0]), np.array([50.0, 60.0]), points), 2, 0)
    assert box.x_axis.tolist() == [1, 0]
    assert box.side == 40


def test_a_driving_clip_is_cut_by_one_square() -> None:
    clip = [recipe_landmarks(mesh(turn)) for turn in (0.0, 0.1)]
    matrix = crops.driving_matrix(clip)
    assert matrix[0, 1] == matrix[1, 0] == 0
    assert crops.driving_crop(np.zeros((480, 640, 3), np.uint8), matrix).shape == (256, 256, 3)
