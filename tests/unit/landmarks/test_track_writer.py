"""Tracks written frame by frame: what is read back, and how gaps are bridged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.facetrack import Face, FaceTrack
from foundation.schemes import MEDIAPIPE_478
from landmarks.track_writer import TrackWriter, between


def turned(degrees: float, scale: float = 1.0) -> np.ndarray:
    pose = np.eye(4)
    angle = np.radians(degrees)
    pose[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    pose[:3, :3] *= scale
    return pose


def face(value: float, degrees: float = 0.0) -> Face:
    return Face(np.full((478, 3), value), MEDIAPIPE_478, np.full(52, value / 100), turned(degrees))


def written(tmp_path: Path, faces: list[Face | None]) -> FaceTrack:
    with TrackWriter(tmp_path / "track") as writer:
        for one in faces:
            writer.add(one)
        writer.finish((640, 360))
    track = FaceTrack.load(tmp_path / "track")
    assert writer.frames == len(track) == len(faces)
    assert writer.found == track.found.sum()
    return track


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    track = written(tmp_path, [face(float(n), n) for n in range(1200)])
    assert track.size == (640, 360)
    assert track.scheme == MEDIAPIPE_478
    assert track.found.all()
    np.testing.assert_array_equal(track.points[:, 7, 1], np.arange(1200))
    np.testing.assert_allclose(track.pose[999], turned(999))
    assert track.blendshapes.shape == (1200, 52)


def test_a_gap_is_bridged_in_a_straight_line(tmp_path: Path) -> None:
    track = written(tmp_path, [face(10, 0), None, None, None, face(30, 40)])
    np.testing.assert_allclose(track.points[:, 0, 0], [10, 15, 20, 25, 30])
    np.testing.assert_allclose(track.blendshapes[:, 0], [0.1, 0.15, 0.2, 0.25, 0.3], rtol=1e-6)
    np.testing.assert_allclose(track.pose[2], turned(20), atol=1e-9)
    assert track.found.tolist() == [True, False, False, False, True]


def test_before_the_first_and_after_the_last_the_face_stands_still(tmp_path: Path) -> None:
    track = written(tmp_path, [None, None, face(10), face(20), None])
    np.testing.assert_allclose(track.points[:, 0, 0], [10, 10, 10, 20, 20])
    assert track.found.tolist() == [False, False, True, True, False]


def test_the_longest_gap_is_told(tmp_path: Path) -> None:
    with TrackWriter(tmp_path / "track") as writer:
        for one in [face(1), None, face(1), None, None, None, face(1), None]:
            writer.add(one)
        writer.finish((8, 8))
    assert writer.longest_gap == 3


def test_a_track_without_a_face_cannot_be_finished(tmp_path: Path) -> None:
    with TrackWriter(tmp_path / "track") as writer:
        writer.add(None)
        with pytest.raises(ValueError, match="without a face"):
            writer.finish((8, 8))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_bridged_head_turns_rigidly_and_keeps_its_scale(part: float) -> None:
    before, after = face(0), face(0)
    before = Face(before.points, before.scheme, before.blendshapes, turned(-60, 2.0))
    after = Face(after.points, after.scheme, after.blendshapes, turned(80, 2.0))
    linear = between(before, after, part).pose[:3, :3]
    np.testing.assert_allclose(linear @ linear.T, np.eye(3) * 4, atol=1e-9)
    assert np.linalg.det(linear) > 0
