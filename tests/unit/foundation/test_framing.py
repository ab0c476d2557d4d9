"""What an engine is shown of a clip: still in each shot, or going along with the head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.errors import InputError
from foundation.facetrack import FaceTrack, head_frame
from foundation.framing import MAX_SIDE, Framing, Wanted, framing
from foundation.geometry import apply_affine
from foundation.schemes import MEDIAPIPE_478
from foundation.shots import Shot

PICTURE = (1280, 720)
NATIVE, NETWORK = Wanted(1.6, None), Wanted(1.0, 256)


def walking(folder: Path, places: list[float], height: float = 100.0) -> Path:
    """A track of a head, `height` pixels high, at these columns."""
    points = np.zeros((len(places), 478, 3))
    marks = {10: (0, -0.5), 152: (0, 0.5), 234: (-0.35, 0), 454: (0.35, 0), 33: (-0.2, -0.1), 263: (0.2, -0.1)}
    for mark, place in marks.items():
        points[:, mark, :2] = np.array(place) * height
    points[:, :, 0] += np.array(places)[:, None]
    points[:, :, 1] += 300
    count = len(places)
    pose = np.tile(np.eye(4), (count, 1, 1))
    FaceTrack(points, np.ones(count, bool), np.zeros((count, 52)), pose, MEDIAPIPE_478, PICTURE).save(folder)
    return folder


def heads(folder: Path, framed: Framing) -> np.ndarray:
    """(N, 2) where the heads are in their crops."""
    track = FaceTrack.load(folder)
    moved = [apply_affine(affine, track.face(n).points) for n, affine in enumerate(framed.affines)]
    return np.array([head_frame(points, MEDIAPIPE_478).centre for points in moved])


@pytest.mark.parametrize("wanted", [NATIVE, NETWORK])
def test_a_fixed_crop_stands_still_and_holds_the_way(tmp_path: Path, wanted: Wanted) -> None:
    places = [300.0 + n for n in range(50)]
    framed = framing(walking(tmp_path, places), range(50), [Shot(0, 50, seen=True)], wanted, 0.0)
    assert all(np.array_equal(affine, framed.affines[0]) for affine in framed.affines)
    found = heads(tmp_path, framed)
    assert (found > 0).all()
    assert (found < framed.size).all()
    assert np.ptp(found[:, 0]) == pytest.approx(49 * framed.affines[0][0, 0])


@pytest.mark.parametrize("wanted", [NATIVE, NETWORK])
def test_a_following_crop_keeps_the_head_in_its_middle(tmp_path: Path, wanted: Wanted) -> None:
    places = [100.0 + 10 * n for n in range(100)]
    framed = framing(walking(tmp_path, places), range(100), [Shot(0, 100, seen=True)], wanted, 25.0)
    found = heads(tmp_path, framed)  # from the first frame to the last
    np.testing.assert_allclose(found, np.broadcast_to(np.array(framed.size) / 2, found.shape), atol=2)
    assert max(framed.size) <= MAX_SIDE


@pytest.mark.parametrize("wanted", [NATIVE, NETWORK])
def test_a_head_that_darts_away_is_not_lost(tmp_path: Path, wanted: Wanted) -> None:
    places = [200.0] * 20 + [350.0, 500.0, 650.0, 800.0] + [900.0] * 20
    framed = framing(walking(tmp_path, places), range(44), [Shot(0, 44, seen=True)], wanted, 25.0)
    found = heads(tmp_path, framed)
    height = 100 * framed.affines[0][0, 0]
    assert (np.abs(found - np.array(framed.size) / 2) < 0.2 * height).all()


@pytest.mark.parametrize("fps", [0.0, 25.0])
def test_a_clip_is_not_enlarged(tmp_path: Path, fps: float) -> None:
    shots = [Shot(0, 10, seen=True)]
    small = framing(walking(tmp_path / "small", [300.0] * 10, height=70.3), range(10), shots, NETWORK, fps)
    assert small.size == (141, 141)
    assert small.affines[0][0, 0] == pytest.approx(1.0, abs=0.01)
    large = framing(walking(tmp_path / "large", [300.0] * 10, height=200.0), range(10), shots, NETWORK, fps)
    assert large.size == (256, 256)
    assert large.affines[0][0, 0] == pytest.approx(0.64)


def test_a_network_sees_faces_of_all_shots_equally_large(tmp_path: Path) -> None:
    near, far = (FaceTrack.load(walking(tmp_path / str(h), [300.0] * 10, height=h)) for h in (90.0, 45.0))
    both = np.concatenate([near.points[:], far.points[:]])
    np.save(walking(tmp_path / "both", [300.0] * 20) / "points.npy", both)
    shots = [Shot(0, 10, seen=True), Shot(10, 20, seen=True)]
    framed = framing(tmp_path / "both", range(20), shots, NETWORK, 0.0)
    assert framed.size == (180, 180)
    assert [framed.affines[n][0, 0] for n in (0, 10)] == [1.0, 2.0]


def test_each_shot_has_a_crop_of_its_own_and_all_have_one_size(tmp_path: Path) -> None:
    places = [200.0] * 10 + [600.0] * 5 + [1000.0 + 8 * n for n in range(10)]
    shots = [Shot(0, 10, seen=True), Shot(10, 15, seen=False), Shot(15, 25, seen=True)]
    framed = framing(walking(tmp_path, places), range(25), shots, NATIVE, 0.0)
    assert len(framed.affines) == 25
    assert np.array_equal(framed.affines[9], framed.affines[12])
    found = heads(tmp_path, framed)
    np.testing.assert_allclose(found[0], np.array(framed.size) / 2, atol=12)
    assert ((found[15:] > 0) & (found[15:] < framed.size)).all()


@pytest.mark.parametrize("place", [31.0, 640.0, 641.0, 1250.0])
def test_crops_of_all_shots_lie_in_the_picture_and_begin_alike(place: float, tmp_path: Path) -> None:
    places = [400.0 + 8 * n for n in range(10)] + [place] * 10
    shots = [Shot(0, 10, seen=True), Shot(10, 20, seen=True)]
    framed = framing(walking(tmp_path, places), range(20), shots, NATIVE, 0.0)
    begins = np.array([-affine[:, 2] for affine in framed.affines])
    assert (begins >= 0).all()
    assert (begins + framed.size <= PICTURE).all()
    assert not ((begins - begins[0]) % 2).any()
    found = heads(tmp_path, framed)
    assert ((found > 0) & (found < framed.size)).all()


def test_a_clip_without_the_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not seen in any"):
        framing(walking(tmp_path, [100.0]), [0], [Shot(0, 1, seen=False)], NATIVE, 0.0)
