"""What is read off a painted face, whose light and colours are known."""

from __future__ import annotations

import numpy as np
import pytest

from face.color import LUMA
from face.palette import UNSEEN, Palette, look
from tests.made_up import CANDLE, DAYLIGHT, REFLECTS, made_up_face, painted_face

TEETH = made_up_face(gap=0.12)


@pytest.mark.parametrize("light", [DAYLIGHT, CANDLE])
def test_skin_teeth_and_white_are_read_in_any_light(light: tuple[float, float, float]) -> None:
    found = look([(painted_face(TEETH, light, inside="teeth"), TEETH)])
    lit = {name: np.array(reflects) * light for name, reflects in REFLECTS.items()}
    assert found.skin == pytest.approx(lit["skin"] @ LUMA, rel=0.05)
    assert found.tooth == pytest.approx(lit["tooth"] @ LUMA, rel=0.08)
    assert found.red_tooth < found.red_skin < found.red_lip
    white = found.white / found.white.mean()
    wanted = np.array(light) / np.mean(light)
    # a white thing is nearer to the light's colour than skin is
    assert np.abs(white - wanted).max() < 0.6 * np.abs(lit["skin"] / lit["skin"].mean() - wanted).max() + 0.1


def test_a_mouth_without_teeth_shows_none() -> None:
    found = look([(painted_face(TEETH, DAYLIGHT, inside="dark"), TEETH)])
    assert not found.shows_teeth
    assert found.dark < 0.25 * found.skin


@pytest.mark.parametrize("slope", [-0.2, 0.0, 0.2])
def test_the_side_that_light_comes_from_is_told(slope: float) -> None:
    face = made_up_face()
    assert look([(painted_face(face, DAYLIGHT, lit_from=slope), face)]).slope == pytest.approx(slope, abs=0.1)


def test_a_picture_without_colours_has_no_chroma() -> None:
    face = made_up_face()
    gray = np.repeat(painted_face(face, DAYLIGHT).mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    found = look([(gray, face)])
    assert found.chroma == 0
    assert np.ptp(found.white) < 1


def test_it_is_kept_as_numbers() -> None:
    found = look([(painted_face(TEETH, DAYLIGHT, inside="teeth"), TEETH)])
    again = Palette.unpacked(found.packed())
    np.testing.assert_array_equal(again.packed(), found.packed())
    assert again.shows_teeth


@pytest.mark.parametrize("shift", [5000.0, -5000.0])
def test_a_face_outside_the_picture_is_unseen(shift: float) -> None:
    face = made_up_face()
    assert look([(painted_face(face, DAYLIGHT), face + np.array([shift, shift, 0]))]) is UNSEEN
    assert look([(painted_face(face, DAYLIGHT), face * 0.01)]) is UNSEEN
    assert look([]) is UNSEEN
    black = look([(np.zeros((320, 320, 3), np.uint8), face)])
    assert np.isfinite(black.white).all()
