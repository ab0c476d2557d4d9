"""Lips that landmarks part although they are shut."""

from __future__ import annotations

import numpy as np
import pytest

from face.palette import look
from face.shut_lips import on_the_seam, shutness
from face.topology import INNER_LOWER, INNER_UPPER
from tests.made_up import CANDLE, DAYLIGHT, Inside, made_up_face, painted_face

SEEN = made_up_face(gap=0.025)
"""What a network makes of shut lips with a blurred seam."""


@pytest.mark.parametrize("light", [DAYLIGHT, CANDLE])
@pytest.mark.parametrize(("inside", "shut"), [("lip", 1.0), ("dark", 0.0), ("teeth", 0.0)])
def test_lip_is_told_from_an_opening(inside: Inside, shut: float, light: tuple[float, float, float]) -> None:
    image = painted_face(SEEN, light, inside=inside)
    assert shutness(image, SEEN, look([(image, SEEN)])) == shut


@pytest.mark.parametrize("gap", [0.0, 0.08])
def test_lips_that_are_surely_shut_or_open_are_left_alone(gap: float) -> None:
    points = made_up_face(gap)
    image = painted_face(points, DAYLIGHT, inside="lip")
    assert shutness(image, points, look([(image, points)])) == 0


def test_points_go_to_the_seam() -> None:
    seen = SEEN + np.array([0, 1.5, 0])  # the seam is not where the landmarks' middle is
    image = painted_face(SEEN, DAYLIGHT, inside="lip")
    moved = on_the_seam(image, seen)
    middle = (moved[list(INNER_UPPER)] + moved[list(INNER_LOWER)])[1:-1] / 2
    np.testing.assert_allclose(middle[:, 1], (SEEN[13] + SEEN[14])[1] / 2, atol=1.0)
    assert np.linalg.norm(moved[13] - moved[14]) < 1
    rest = np.setdiff1d(np.arange(478), [*INNER_UPPER, *INNER_LOWER])
    np.testing.assert_array_equal(moved[rest], seen[rest])
