"""A mouth that is drawn: teeth that skull and jaw carry, a tongue, and the dark."""

from __future__ import annotations

import numpy as np
import pytest

from face.color import LUMA, Pixels, redness
from face.drawn_mouth import UPPER, Bite, Pose, draw
from face.mouth_patch import MouthPatch
from face.palette import look
from face.relight import tones
from face.topology import CHIN, NOSE_BASE, NOSE_BRIDGE
from tests.made_up import DAYLIGHT, made_up_face, painted_face

HEIGHT = 400.0
SHUT = made_up_face()
OWN = look([(painted_face(SHUT, DAYLIGHT), SHUT)])
TONES = tones(OWN, OWN)
MIDDLE = 100, 60
"""Column and row of the mouth's middle on the patches below."""


def patch(rise: float = 16.0, drop: float = 30.0, half: float = 55.0) -> MouthPatch:
    """A mouth whose lips are so far above and below its middle."""
    along = np.linspace(-1, 1, 33)
    upper, lower = (np.stack([half * along, move * np.cos(along * np.pi / 2)], axis=1) for move in (-rise, drop))
    columns, rows = np.arange(200, dtype=np.float32)[None], np.arange(120, dtype=np.float32)[:, None]
    return MouthPatch.of(columns, rows, (upper + MIDDLE, lower + MIDDLE), HEIGHT)


def light(picture: Pixels) -> Pixels:
    return np.asarray(picture @ LUMA, np.float32)


def edge(picture: Pixels) -> int:
    """The row at which the upper teeth end, in the middle of a front tooth."""
    column = light(picture)[:, MIDDLE[0] + 9]
    bright = np.flatnonzero(column[: MIDDLE[1] + 15] > 0.6 * float(TONES.tooth @ LUMA))
    return int(bright.max())


def test_lips_slide_over_teeth() -> None:
    """However far the upper lip rises, the teeth stay where the skull has them."""
    pose = Pose(upper=-2.0, lower=40.0)
    assert abs(edge(draw(patch(rise=8), TONES, pose)) - edge(draw(patch(rise=14), TONES, pose))) <= 1
    assert edge(draw(patch(rise=12), TONES, Pose(upper=2.0, lower=40.0))) >= edge(draw(patch(rise=12), TONES, pose)) + 2


def test_narrow_lips_show_fewer_teeth_and_no_narrower_ones() -> None:
    pose = Pose(upper=0.0, lower=40.0)
    row = MIDDLE[1] - 6
    wide, narrow = (light(draw(patch(half=half), TONES, pose))[row] for half in (60.0, 30.0))
    front = slice(MIDDLE[0] - 15, MIDDLE[0] + 16)
    np.testing.assert_allclose(narrow[front], wide[front], atol=2)
    tooth = round(UPPER.borders[1] * HEIGHT)
    assert wide[MIDDLE[0] + tooth] < 0.9 * wide[MIDDLE[0] + tooth // 2]


def test_rows_go_with_nose_and_chin() -> None:
    rest = SHUT[:, :2].copy()
    rest[[NOSE_BRIDGE, NOSE_BASE, CHIN]] = (160, 130), (160, 190), (160, 260)
    dropped = rest.copy()
    dropped[CHIN, 1] += 20
    still = Bite.of(dropped, rest)
    further, lifted = dropped.copy(), dropped.copy()
    further[CHIN, 1] += 20
    lifted[NOSE_BASE, 1] -= 5
    jaw, nose = Bite.of(further, rest), Bite.of(lifted, rest)
    np.testing.assert_allclose(jaw.upper, still.upper, atol=0.5)
    assert jaw.lower[1] == pytest.approx(still.lower[1] + 20, abs=0.5)
    assert nose.upper[1] == pytest.approx(still.upper[1] - 5, abs=0.5)
    np.testing.assert_allclose(nose.lower, still.lower)


def test_colours_are_the_portraits() -> None:
    made = draw(patch(rise=16, drop=50), TONES, Pose(upper=-4.0, lower=48.0))
    tooth = made[MIDDLE[1] - 9, MIDDLE[0] + 9]
    assert 0.8 < float(tooth @ LUMA) / float(TONES.tooth @ LUMA) < 1.15
    dark = made[MIDDLE[1] + 4, MIDDLE[0] + 48]
    assert float(dark @ LUMA) < 0.35 * OWN.skin


def test_the_tongue_rises() -> None:
    here = MIDDLE[1] + 4, MIDDLE[0] + 6
    low, high = (draw(patch(), TONES, Pose(upper=-4.0, lower=40.0, tongue=tongue))[here] for tongue in (0.0, 1.0))
    assert float(high @ LUMA) > float(low @ LUMA) + 8
    assert float(redness(high)) > 0.1


def test_the_portraits_own_teeth_are_not_drawn_over() -> None:
    pose = Pose(upper=0.0, lower=40.0, own_teeth=True)
    above = light(draw(patch(), TONES, pose))[MIDDLE[1] - 10 : MIDDLE[1] - 2, MIDDLE[0] - 20 : MIDDLE[0] + 20]
    assert float(above.max()) < 0.5 * float(TONES.tooth @ LUMA)


@pytest.mark.parametrize("height", [8.0, 40.0, 2000.0])
def test_any_size_can_be_drawn(height: float) -> None:
    at = patch()
    sized = MouthPatch(at.x, at.y, at.upper, at.lower, at.half, height)
    assert np.isfinite(draw(sized, TONES, Pose(upper=1e4, lower=-1e4, tongue=1.0))).all()
