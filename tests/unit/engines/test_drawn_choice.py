"""Whose mouth a portrait shows: the performer's, or a drawn one, chosen for a whole shot."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.base import Driving, Own, Portrait, Taking
from engines.landmark_tps.engine import LandmarkTps
from engines.landmark_tps.options import Options
from engines.layers import mouth
from face import palette
from face.motion import Motion
from face.topology import INNER_LIPS
from tests.made_up import CANDLE, DAYLIGHT, face_of, made_up_face, painted_face, track_of

SINGS = [made_up_face(gap=0.15 * (number % 4) / 3) for number in range(12)]
STILL = made_up_face()
PORTRAIT = Portrait(painted_face(STILL, CANDLE), face_of(STILL), (True, True, True, True))


def prepared(frames: list[NDArray[np.uint8]], hidden: range = range(0)) -> dict[str, Any]:
    """What the engine makes ready, of a clip whose mouth is hidden in some frames."""
    occluded = np.isin(np.arange(len(SINGS)), list(hidden))
    track = replace(track_of(SINGS), occluded=occluded)
    driving = Driving(track, 25.0, lambda numbers: (frames[number] for number in numbers))
    arrays = LandmarkTps().prepare(PORTRAIT, driving, Taking(Options(), {}, Motion()), lambda _: None)
    return {**arrays, "targets": np.concatenate(list(arrays["targets"].make()))}


def filmed(blur: float = 0.0) -> list[NDArray[np.uint8]]:
    frames = [painted_face(points, DAYLIGHT, inside="teeth") for points in SINGS]
    return [np.asarray(cv2.GaussianBlur(frame, (0, 0), blur), np.uint8) if blur else frame for frame in frames]


@pytest.mark.parametrize(
    ("blur", "hidden", "drawn"),
    [
        (0.0, range(0), False),
        (0.0, range(3), False),
        (0.0, range(5), True),
        (0.0, range(12), True),
        (4.0, range(0), True),
    ],
)
def test_it_is_chosen_for_the_shot(blur: float, hidden: range, drawn: bool) -> None:
    """A blurred mouth, and one mostly hidden, are drawn throughout; one hidden for a moment, for that moment."""
    covered = prepared(filmed(blur), hidden)["covered"]
    if drawn:
        assert (covered == 1).all()
    else:
        assert covered[list(hidden)].tolist() == [1.0] * len(hidden)
        assert (covered[8:] == 0).all()
        assert np.abs(np.diff(covered)).max() < 0.5


def test_a_drawn_mouth_takes_nothing_from_the_frame() -> None:
    arrays = prepared(filmed(4.0))
    renderer = LandmarkTps().open(PORTRAIT, arrays, Own(Options()))
    widest = int(np.argmax([np.ptp(points[list(INNER_LIPS), 1]) for points in SINGS]))
    assert not renderer.looks
    one, other = (renderer.render(widest, np.full((side, side, 3), 255, np.uint8)) for side in (320, 1))
    np.testing.assert_array_equal(one, other)
    assert LandmarkTps().open(PORTRAIT, prepared(filmed()), Own(Options())).looks


def test_a_small_portrait_shows_what_there_is() -> None:
    """A mouth of as few pixels as the performer's needs no more than those."""
    small = made_up_face(height=40.0)
    theirs = palette.look([(painted_face(small, DAYLIGHT, inside="lip"), small)])
    theirs = replace(theirs, detail=6.0)
    assert palette.too_coarse(theirs, palette.look([(painted_face(STILL, CANDLE), STILL)]))
    assert not palette.too_coarse(theirs, palette.look([(painted_face(small, CANDLE), small)]))


def test_what_comes_before_a_mouth_brings_no_pop() -> None:
    """White paper before the performer's mouth shows at no time, and no step is more than a part of the whole."""
    points = made_up_face(gap=0.15)
    contour = points[list(INNER_LIPS), :2]
    own, frame = painted_face(points, CANDLE), painted_face(points, DAYLIGHT, inside="teeth")
    both = (palette.look([(image, points)]).packed() for image in (own, frame))
    inside = mouth.Mouth.of(
        dict(zip(("own", "theirs"), both, strict=True)) | {"mouth_blur": np.array(0.0)}, 200.0, None
    )
    shares = (0.0, 0.16, 0.5, 0.84, 1.0)
    shown = [own.copy() for _ in (*shares, None)]
    for out, share in zip(shown, shares, strict=False):
        mouth.paint(out, contour, frame, contour, inside, shown=mouth.Shown(covered=share))
    mouth.paint(shown[-1], contour, np.full_like(frame, 255), contour, inside, shown=mouth.Shown(covered=1.0))
    np.testing.assert_array_equal(shown[-1], shown[-2])
    change = [np.abs(a.astype(float) - b).mean() for a, b in pairwise(shown[:5])]
    assert max(change) < 0.5 * np.abs(shown[0].astype(float) - shown[4]).mean()
