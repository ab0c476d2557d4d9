"""What a performance is read from: landmarks smoothed over time, poses taken out, the same whoever asks."""

from __future__ import annotations

import numpy as np
import pytest

from face.canonical import Poses, head_rotation, head_rotations
from face.steadying import Steadied, steadied
from face.topology import STABLE
from foundation.facetrack import Face
from foundation.geometry import umeyama
from foundation.npy import BLOCK


def a_track(frames: int) -> np.ndarray:
    rng = np.random.default_rng(frames)
    shape = rng.normal(size=(478, 3)) * 40
    moved = shape + rng.normal(size=(frames, 478, 3)) + np.linspace(0, 80, frames)[:, None, None]
    return moved.astype(np.float32)


@pytest.mark.parametrize("span", [slice(0, 1), slice(40, 41), slice(299, 300), slice(0, 256), slice(256, 300)])
def test_frames_are_smoothed_alike_alone_and_among_others(span: slice) -> None:
    track = a_track(BLOCK + 44)
    steady, whole = Steadied(track, 1.2), steadied(track, 1.2, slice(0, len(track)))
    np.testing.assert_array_equal(steady(span), whole[span])
    np.testing.assert_array_equal(steady(span), whole[span])  # now from what it has kept


def test_what_is_kept_of_a_smoothed_clip_is_not_to_be_written_to() -> None:
    steady = Steadied(a_track(3 * BLOCK), 1.0)
    for start in range(0, 3 * BLOCK, 64):
        with pytest.raises(ValueError, match="read-only"):
            steady(slice(start, start + 64))[:] = 0


def test_poses_are_those_of_each_face_alone_to_the_bit() -> None:
    faces = a_track(30).astype(np.float64)
    faces[7] = faces[7, 0]  # a face of one point has no pose
    reference = faces[3]
    poses = Poses.between(faces, reference)
    for number, face in enumerate(faces):
        alone = umeyama(face[list(STABLE)], reference[list(STABLE)]) if number != 7 else (1.0, np.eye(3), np.zeros(3))
        for found, wanted in zip((poses.scale, poses.rotation, poses.shift), alone, strict=True):
            np.testing.assert_array_equal(found[number], wanted)


def test_heads_are_turned_as_each_face_alone_says() -> None:
    rng, points = np.random.default_rng(5), a_track(6).astype(np.float64)
    poses = np.tile(np.eye(4), (6, 1, 1))
    poses[:4, :3, :3] = np.linalg.qr(rng.normal(size=(4, 3, 3)))[0] * 3
    poses[5, 0, 0] = np.nan
    together = head_rotations(poses, lambda number: points[number])
    for number in range(6):
        alone = head_rotation(Face(points[number], "mediapipe_478", np.zeros(0), poses[number]))
        np.testing.assert_array_equal(together[number], alone)
        assert abs(np.linalg.det(alone)) == pytest.approx(1)
