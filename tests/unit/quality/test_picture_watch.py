"""What is black or frozen is so beside the portrait that is shown, not beside a picture in daylight."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from skimage import color, data

from quality.picture import PictureWatch, lights

FPS = Fraction(25)
MOVING = np.full(100, 0.02)


def watched(light: float, *, moves: bool = True, shown: float = 1.0) -> dict[str, float]:
    """Figures of a face in so much light, shown at a share of that, whose driver moves."""
    face = color.rgb2gray(data.astronaut()[:320, 60:380])[::2, ::2] * 255
    watch = PictureWatch(lights(np.repeat((face * light)[:, :, None], 3, axis=2).astype(np.uint8)))
    for number in range(100):
        frame = np.roll(face, number if moves else 0, axis=1) * light * shown
        watch.add(frame.astype(np.uint8))
    return watch.figures(MOVING, FPS)


@pytest.mark.parametrize("light", [0.05, 0.1, 0.3, 1.0])
def test_a_result_may_be_as_dark_as_its_portrait(light: float) -> None:
    found = watched(light)
    assert (found["black"], found["blank"], found["frozen"], found["repeated"]) == (0, 0, 0, 0)


@pytest.mark.parametrize("light", [0.1, 1.0])
def test_what_stands_still_or_goes_dark_is_found_in_any_light(light: float) -> None:
    still = watched(light, moves=False)
    assert still["frozen"] == pytest.approx(99 / 25)
    assert still["repeated"] == pytest.approx(0.99)
    dark = watched(light, shown=0.05)
    assert dark["black"] == 4
