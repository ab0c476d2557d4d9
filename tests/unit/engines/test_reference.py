"""Which driving frame counts as the portrait's own pose, by each way to choose it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from engines import load_engine
from engines.base import Portrait
from foundation.facetrack import Face, FaceTrack
from foundation.schemes import MEDIAPIPE_478

COUNT, ALIKE = 7, 4


@pytest.fixture(scope="module")
def face() -> Face:
    points = np.random.default_rng(5).normal(100, 20, (478, 3))
    return Face(points, MEDIAPIPE_478, np.zeros(52), np.eye(4))


@pytest.fixture(scope="module")
def track(face: Face) -> FaceTrack:
    """Faces that differ from the portrait's, but one, which is larger and elsewhere."""
    noise = np.random.default_rng(6).normal(0, 6, (COUNT, 478, 3))
    points = face.points + noise
    points[ALIKE] = 2 * face.points + 31
    found = np.ones(COUNT, bool)
    return FaceTrack(points, found, np.zeros((COUNT, 52)), np.tile(np.eye(4), (COUNT, 1, 1)), MEDIAPIPE_478, (400, 400))


@pytest.mark.parametrize("engine", ["landmark_tps", "tpsmm"])
def test_nearest_is_the_face_most_like_the_portraits(engine: str, face: Face, track: FaceTrack) -> None:
    portrait = Portrait(np.zeros((8, 8, 3), np.uint8), face, (False,) * 4)
    assert load_engine(engine).reference(portrait, track, "nearest") == ALIKE


@pytest.mark.parametrize("engine", ["landmark_tps", "tpsmm"])
def test_other_ways(engine: str, face: Face, track: FaceTrack) -> None:
    portrait, made = Portrait(np.zeros((8, 8, 3), np.uint8), face, (False,) * 4), load_engine(engine)
    assert made.reference(portrait, track, "first") == 0
    assert made.reference(portrait, track, 3) == 3
    same: Literal["neutral", "nearest"] = "neutral" if engine == "landmark_tps" else "nearest"
    assert made.reference(portrait, track, "best") == made.reference(portrait, track, same)
    assert load_engine("tpsmm").reference(portrait, track, "neutral") == load_engine("landmark_tps").reference(
        portrait, track, "neutral"
    )
