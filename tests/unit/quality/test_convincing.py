"""Faces that are drawn right, and wrong in one way each: the check that is meant for it tells, and no other."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from face.topology import EYES, INNER_LOWER, INNER_UPPER
from quality import following
from quality.features import COLUMNS, EYE, GAZE, MOUTH, features
from quality.verdict import judge
from tests.made_up import DAYLIGHT, REFLECTS, Points, face_of, made_up_face, painted_face

Picture = NDArray[np.uint8]
LAMP = (225.0, 195.0, 160.0)
OPEN, SHUT, ASLEEP = made_up_face(gap=0.12), made_up_face(), made_up_face(lids=0.04)
SKIN = np.array(REFLECTS["skin"]) * LAMP
NEW = ("teeth_tone", "teeth_hue", "teeth_area", "doubling", "hole", "lid_stripes", "lid_slit", "gaze_r", "gaze_gain")


def colour(what: str, light: tuple[float, float, float] = LAMP) -> tuple[int, ...]:
    return tuple(int(value) for value in np.array(REFLECTS[what]) * light)


def strip(image: Picture, points: Points, between: tuple[float, float], color: tuple[int, ...]) -> None:
    """Paint the mouth from one share of the way from the upper to the lower lip to another."""
    upper, lower = points[list(INNER_UPPER), :2], points[list(INNER_LOWER), :2]
    ends = [upper + share * (lower - upper) for share in between]
    cv2.fillPoly(image, [np.round(np.concatenate([ends[0], ends[1][::-1]])).astype(np.int32)], color)


def lids(image: Picture, lash: bool = True) -> Picture:
    """Skin over both eyes, and a line where they meet."""
    for eye in EYES:
        rows = ASLEEP[[*eye.crease, *eye.lower_row[::-1]], :2]
        cv2.fillPoly(image, [np.round(rows).astype(np.int32)], tuple(int(value) for value in SKIN))
        if lash:
            line = np.round(ASLEEP[list(eye.lower_row), :2]).astype(np.int32)
            cv2.polylines(image, [line], False, colour("dark"), 2)
    return cv2.GaussianBlur(image, (0, 0), 0.8).astype(np.uint8)


def singing() -> Picture:
    return painted_face(OPEN, LAMP, inside="teeth")


def sleeping() -> Picture:
    return lids(painted_face(ASLEEP, LAMP))


def slate(image: Picture) -> None:
    strip(image, OPEN, (0.0, 0.7), (62, 44, 36))


def blue(image: Picture) -> None:
    strip(image, OPEN, (0.0, 0.7), (110, 130, 160))


def hollow(image: Picture) -> None:
    strip(image, OPEN, (0.0, 1.0), colour("dark"))


def second_lip(image: Picture) -> None:
    strip(image, OPEN, (0.0, 0.6), colour("lip"))


def black_hole(image: Picture) -> None:
    x, y = SHUT[[13, 14], :2].mean(axis=0).astype(int).tolist()
    cv2.ellipse(image, (x, y), (18, 4), 0.0, 0.0, 360.0, colour("dark"), -1)


def stripes(image: Picture) -> None:
    for eye in EYES:
        left, right = ASLEEP[list(eye.corners), 0]
        for x in np.linspace(left, right, 8):
            cv2.line(
                image, (int(x), int(ASLEEP[eye.crease[3], 1])), (int(x), int(ASLEEP[eye.lower[3], 1])), (60, 35, 20), 2
            )


def slit(image: Picture) -> None:
    for eye in EYES:
        line = np.round(ASLEEP[list(eye.lower_row), :2]).astype(np.int32)
        cv2.polylines(image, [line], False, (170, 150, 120), 5)


def found(picture: Picture, points: Points, driver: Picture) -> dict[str, str]:
    """The status of every new check of a result that looks like `picture` throughout."""
    awake = features(None, face_of(made_up_face()))
    rows = [np.stack([features(image, face_of(points))] * 6 + [awake] * 18) for image in (driver, picture)]
    portrait = features(painted_face(SHUT, LAMP), face_of(SHUT))
    figures = following.compare(rows[0], rows[1], portrait)
    return {row.check: row.status for row in judge("performer", figures, {}) if row.check in NEW}


@pytest.mark.parametrize(
    ("make", "points", "measured"),
    [
        (singing, OPEN, {"teeth_tone", "teeth_hue", "teeth_area", "doubling"}),
        (sleeping, ASLEEP, {"lid_stripes", "lid_slit", "hole"}),
    ],
)
def test_what_is_drawn_right_passes(make: Callable[[], Picture], points: Points, measured: set[str]) -> None:
    driver = painted_face(points, DAYLIGHT, inside="teeth" if make is singing else "lip")
    status = found(make(), points, driver)
    assert {name for name, value in status.items() if value == "ok"} == measured
    assert {value for name, value in status.items() if name not in measured} == {"unmeasured"}


def test_a_blurred_drivers_mouth_is_none_to_compare_with() -> None:
    driver = cv2.GaussianBlur(painted_face(OPEN, DAYLIGHT, inside="teeth"), (0, 0), 4).astype(np.uint8)
    assert set(found(singing(), OPEN, driver).values()) == {"unmeasured"}


@pytest.mark.parametrize(
    ("wrong", "check", "status"),
    [
        (slate, "teeth_tone", "fail"),
        (blue, "teeth_hue", "fail"),
        (hollow, "teeth_area", "fail"),
        (second_lip, "doubling", "warn"),
        (black_hole, "hole", "fail"),
        (stripes, "lid_stripes", "fail"),
        (slit, "lid_slit", "warn"),
    ],
)
def test_what_is_drawn_wrong_is_told(wrong: Callable[[Picture], None], check: str, status: str) -> None:
    if check.startswith("lid"):
        picture, points = sleeping(), ASLEEP
    elif check == "hole":
        picture, points = painted_face(SHUT, LAMP), SHUT
    else:
        picture, points = singing(), OPEN
    wrong(picture)
    driver = painted_face(points, DAYLIGHT, inside="lip" if points is not OPEN else "teeth")
    assert found(picture, points, driver)[check] == status


def test_nothing_is_said_of_teeth_that_something_hides() -> None:
    """The driver's frame shows what is in front of its mouth there."""
    row = features(singing(), face_of(OPEN))
    driver = np.stack([row] * 12)
    driver[:, MOUTH] = np.nan
    figures = following.compare(driver, np.stack([row] * 12), row)
    assert not np.isfinite([figures[name] for name in NEW]).any()


@pytest.mark.parametrize(("gain", "statuses"), [(1.0, ("ok", "ok")), (0.1, ("ok", "warn")), (-0.6, ("warn", "warn"))])
def test_eyes_that_do_not_follow_are_told(gain: float, statuses: tuple[str, str]) -> None:
    rows = np.full((2, 40, len(COLUMNS)), np.nan)
    rows[:, :, EYE] = 0.3
    rows[0, :, GAZE] = 0.2 * np.sin(np.arange(40) / 4)
    rows[1, :, GAZE] = 0.05 + gain * rows[0, :, GAZE]
    rows[:, 7:9, EYE], rows[1, 7:9, GAZE] = 0.02, 0.9  # behind a shut lid, nothing is known of an iris
    figures = following.compare(rows[0], rows[1], rows[0, 0])
    status = {row.check: row.status for row in judge("performer", figures, {})}
    assert (status["gaze_r"], status["gaze_gain"]) == statuses
    rows[0, :, GAZE] *= 0.3
    assert not np.isfinite(following.compare(rows[0], rows[1], rows[0, 0])["gaze_gain"])
