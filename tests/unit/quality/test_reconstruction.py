"""What is compared of a reconstructed frame."""

from __future__ import annotations

import numpy as np
import pytest

from foundation.facetrack import Face
from foundation.schemes import MEDIAPIPE_478
from quality.reconstruction import Seen, mean, of_frame


def seen(shade: int, wall: int, *, face: bool = True) -> Seen:
    """A face of one shade, 64 of 128 pixels wide and high, before a wall of another."""
    image = np.full((128, 128, 3), wall, np.uint8)
    image[32:96, 32:96] = shade
    points = np.random.default_rng(0).uniform(34, 94, (478, 3))
    return Seen(image, Face(points, MEDIAPIPE_478, np.zeros(52), np.eye(4)) if face else None)


def test_what_is_behind_a_face_does_not_count_for_the_face() -> None:
    figures = of_frame(seen(100, 50), seen(100, 150), seen(151, 50))
    assert figures["face_l1"] == 0
    assert figures["l1"] == pytest.approx(0.75 * 100 / 255, abs=0.01)
    assert figures["still_face_l1"] == pytest.approx(51 / 255, abs=1e-6)
    assert figures["akd"] == 0


def test_frames_without_a_face_are_left_out_of_what_needs_one() -> None:
    rows = [
        of_frame(seen(100, 50), seen(110, 50), seen(100, 50)),
        of_frame(seen(0, 0, face=False), seen(9, 9), seen(9, 9)),
    ]
    assert mean(rows)["face_l1"] == pytest.approx(10 / 255, abs=1e-6)
    assert mean(rows)["akd"] == 0
