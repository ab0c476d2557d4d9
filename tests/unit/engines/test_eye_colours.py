"""What is drawn over and behind an eye's opening: a portrait's own colours, but not of make-up, white or shadow."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.layers.eyes import Eyeball
from engines.layers.lid_looks import Lid, Rows
from engines.layers.lids import paint
from face.color import LUMA
from face.topology import EYES
from tests.made_up import DAYLIGHT, made_up_face, painted_face

EYE = EYES[0]
FACE = made_up_face()[:, :2]
FACE[list(EYE.under_brow)] = FACE[list(EYE.crease)] - (0, 10)
SKIN, BROWN, WHITE, SHADOW = (225, 185, 160), (120, 75, 40), (240, 238, 232), (70, 50, 42)
HALF = 12
"""Points of a lid's row of 25 from its end to its middle."""


def portrait(upto: int, colour: tuple[int, int, int], above: float = 0.0) -> NDArray[np.uint8]:
    """A face with a colour on its lid, from the left corner up to a point of its row, and so many pixels above."""
    image = np.full((320, 320, 3), SKIN, np.uint8)
    rows = Rows.of(FACE, EYE)
    strip = np.concatenate([rows.crease[:upto] - (0, above), rows.upper[:upto][::-1]])
    cv2.fillPoly(image, [np.round(strip).astype(np.int32)], colour)
    return image


def warmth(colours: NDArray[Any]) -> NDArray[Any]:
    return np.asarray((colours[:, 0] - colours[:, 2]) / colours.sum(axis=1))


def test_brown_make_up_gives_no_orange_lid() -> None:
    lid = Lid.seen(portrait(25, BROWN), FACE, EYE)
    assert warmth(lid.top).max() < (warmth(np.array([SKIN]))[0] + warmth(np.array([BROWN]))[0]) / 2 + 0.02
    assert (lid.top @ LUMA).min() > 0.9 * np.array(SKIN) @ LUMA


def test_the_white_of_an_eye_is_taken_for_no_lid() -> None:
    lid = Lid.seen(portrait(HALF, WHITE), FACE, EYE)
    assert np.abs(lid.top - SKIN).max() < 12


def test_a_brows_shadow_does_not_blacken_a_shut_lid() -> None:
    lid = Lid.seen(portrait(25, SHADOW, above=16), FACE, EYE)
    assert (lid.top @ LUMA).min() > 0.7 * np.array(SKIN) @ LUMA


@pytest.mark.parametrize("height", [60.0, 90.0])
def test_small_lashes_are_a_line_and_no_dashes(height: float) -> None:
    points = made_up_face(lids=0.0, height=height)[:, :2]
    turned = np.radians(9.0)
    points = (points - 160) @ np.array([[np.cos(turned), np.sin(turned)], [-np.sin(turned), np.cos(turned)]]) + 160
    lid = Lid.seen(np.full((320, 320, 3), SKIN, np.uint8), points, EYE)
    out, rows = np.full((320, 320, 3), SKIN, np.uint8), Rows.of(points, EYE)
    paint(out, rows, Lid(lid.top, lid.bottom, np.zeros(3, np.float32), 0.0, lid.under, lid.above), 1.0)
    edge = rows.upper[8:-8, 0]
    columns = out[:, int(edge.min()) : int(edge.max()) + 1] @ LUMA
    ink = (columns.max(axis=0) - columns).sum(axis=0)
    darkest = columns.min(axis=0)
    assert np.ptp(darkest) < 0.3 * (np.array(SKIN) @ LUMA - darkest.min())
    assert np.ptp(ink) < 0.3 * ink.max()


def test_what_an_iris_leaves_in_a_corner_is_no_pale_sliver() -> None:
    """An eye that looks to its corner shows no white there: what is made up is darker than what it shows."""
    points = made_up_face(gaze=0.33)
    ball = Eyeball.build(painted_face(points, DAYLIGHT), points[:, :2], EYE)
    x, y = (np.round(ball.corners[1] + [-4, 0] - ball.origin)).astype(int)
    shown = painted_face(points, DAYLIGHT)[int(ball.corners[0, 1]), int(ball.corners[0, 0]) + 6]
    assert ball.white[y, x] @ LUMA < 0.8 * shown @ LUMA
