"""A picture without colours is known, whatever saved it, and keeps what is drawn into it without."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from face.tint import Tint
from media.image.images import read_image

Picture = NDArray[np.uint8]


def grey() -> Picture:
    return np.asarray(Image.fromarray(data.astronaut()).convert("L"), np.uint8)


def toned(strength: float) -> Picture:
    """Brown in the shades, pale in the lights."""
    level = grey().astype(float)[:, :, None]
    return np.clip(level * (1 + strength * np.array([0.1, -0.1, -0.3])) + 8, 0, 255).astype(np.uint8)


def jpeg(picture: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file), np.uint8)


def test_grey_stays_grey_to_the_bit() -> None:
    black_and_white = np.repeat(grey()[:, :, None], 3, axis=2)
    tint = Tint.of(black_and_white)
    assert tint is not None
    np.testing.assert_array_equal(tint(black_and_white), black_and_white)
    drawn = tint(np.full((8, 8, 3), (190, 60, 60), np.uint8))
    assert (drawn.max(axis=2) == drawn.min(axis=2)).all()


@pytest.mark.parametrize("quality", [60, 80, 95])
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_sepia_keeps_its_tone(strength: float, quality: int) -> None:
    picture = jpeg(toned(strength), quality)
    tint = Tint.of(picture)
    assert tint is not None
    assert np.abs(tint(picture).astype(int) - picture).mean() < 3
    np.testing.assert_array_equal(tint(np.full((4, 4, 3), (190, 60, 60), np.uint8))[0, 0], tint.table[99])


def test_a_portrait_in_colours_has_no_tint(shared_media: Path) -> None:
    for path in sorted((shared_media / "portraits").iterdir()):
        assert Tint.of(read_image(path)) is None, path.name


def test_colours_that_are_few_or_dark_are_colours() -> None:
    picture = np.repeat(grey()[:, :, None], 3, axis=2)
    picture[100:108, 195:205] = picture[100:108, 225:235] = (60, 90, 160)  # the eyes were left blue
    assert Tint.of(picture) is None
    dark = data.astronaut() * 0.1 + np.random.default_rng(0).normal(0, 2, data.astronaut().shape)
    assert Tint.of(dark.clip(0, 255).astype(np.uint8)) is None
    assert Tint.of(data.astronaut()) is None
