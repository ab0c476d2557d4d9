"""What a smile does to cheeks, and that brows go along: on landmarks of a face that was filmed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.landmark_tps import cheeks
from face import performance as driver
from face import rig
from face.canonical import Frame
from face.cheeks import STYLE
from face.retargeting import Gains, mesh_targets, smile_motion
from face.topology import CHEEKS, EYES, FOLDS, FOREHEAD, MOUTH_CORNERS, NOSE_TIP
from foundation.facetrack import Face
from tests.golden.cases import FACES
from tests.made_up import MOTION, face_of, track_of

BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
WHOLE = slice(0, 3)


@pytest.fixture(scope="module")
def face() -> Face:
    with np.load(FACES, allow_pickle=False) as kept:
        return face_of(kept["points"][0] / 64.0)


def moved(face: Face, points: tuple[int, ...], across: float, down: float) -> Face:
    """So far outwards and down in its own face heights."""
    frame = Frame.of(face)
    shape = frame.canonical(face.points)
    outwards = np.sign(shape[list(points), 0] - shape[NOSE_TIP, 0])
    shape[list(points)] += np.stack([across * outwards, np.full(len(points), down), np.zeros(len(points))], axis=1)
    return replace(face, points=frame.picture(shape))


def performed(face: Face, *others: Face) -> tuple[rig.Rig, driver.Performance]:
    """That face as portrait and as a performer at rest, then as the others."""
    track = track_of([each.points for each in (face, *others)])
    performance = driver.analyse(track, replace(MOTION, reference=0))
    return rig.build(face, performance), performance


def test_both_sides_smile_as_far_as_their_corners_move_outwards_and_up(face: Face) -> None:
    broad = moved(face, MOUTH_CORNERS, 0.04, -0.04)
    left = moved(face, MOUTH_CORNERS[:1], 0.04, -0.04)
    others = moved(face, MOUTH_CORNERS, 0.0, 0.05), moved(face, MOUTH_CORNERS, -0.04, 0.0)
    body, performance = performed(face, broad, left, *others)
    smile = smile_motion(body, performance, Gains(1, 1, 1), slice(0, 5))
    assert smile[1].min() > 0.9
    assert smile[2, 0] > 0.9
    assert not smile[[0, 3, 4]].any()
    assert not smile[2, 1]
    assert not smile_motion(body, performance, Gains(1, 0, 1), slice(0, 5)).any()


def test_cheeks_rise_with_a_smile_and_eyes_do_not(face: Face) -> None:
    body, performance = performed(face, moved(face, MOUTH_CORNERS, 0.04, -0.04))
    at_rest, smiling = mesh_targets(body, performance, Gains(1, 1, 1), slice(0, 2))
    rise = (at_rest[:, 1] - smiling[:, 1]) / body.frame.height
    assert rise[list(CHEEKS)] == pytest.approx(STYLE.lift, rel=0.25)
    assert np.abs(rise[[*EYES[0].upper_row, *EYES[1].lower_row, FOREHEAD]]).max() < 0.1 * STYLE.lift


def test_brows_go_as_far_as_the_performers(face: Face) -> None:
    ways = (-0.03, 0.015)
    body, performance = performed(face, *(moved(face, BROWS, 0.0, way) for way in ways))
    targets = mesh_targets(body, performance, Gains(1, 1, 1), WHOLE)[:, list(BROWS)]
    went = (targets[1:, :, 1] - targets[0, :, 1]) / body.frame.height
    for way, each in zip(ways, went, strict=True):
        assert each == pytest.approx(way, rel=0.2)


def test_a_smile_darkens_the_folds_and_nothing_else(face: Face) -> None:
    height = Frame.of(face).height
    middle = face.points[[fold[2] for fold in FOLDS], :2]
    low = face.points[:, :2].min(axis=0) - 20
    points, middle = face.points[:, :2] - low, np.rint(middle - low).astype(int)
    width, tall = np.ceil(points.max(axis=0) + 20).astype(int)
    still: NDArray[np.uint8] = np.full((tall, width, 3), (200, 160, 140), np.uint8)
    out = still.copy()
    cheeks.paint(out, points, np.zeros(2), height)
    assert (out == still).all()
    cheeks.paint(out, points, np.ones(2), height)
    for x, y in middle:
        red, _, blue = 1 - out[y, x] / still[y, x]
        assert STYLE.shade * 0.4 < red < blue < STYLE.shade * 1.3
    assert (out[: int(points[NOSE_TIP, 1] - 0.25 * height)] == still[0, 0]).all()
    assert (out[int(points[MOUTH_CORNERS[0], 1] + 0.2 * height) :] == still[0, 0]).all()
    assert np.diff(out.astype(int), axis=1).min() > -8  # no edge is drawn


def test_a_fold_on_a_side_that_is_turned_away_stays(face: Face) -> None:
    points = face.points[:, :2].copy()
    points[NOSE_TIP, 0] = points[MOUTH_CORNERS[1], 0] + 0.1 * Frame.of(face).height
    out = np.full((600, 600, 3), 150, np.uint8)
    shift = points - points.min(axis=0) + 40
    cheeks.paint(out, shift, np.ones(2), Frame.of(face).height)
    right = out[:, int(shift[FOLDS[1][2], 0]) :]
    assert (right == 150).all()
    assert (out < 150).any()
