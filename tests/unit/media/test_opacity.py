"""Opacity through the edit: what shows through is what lies behind, at every moment, and colours come out straight."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from compositing.opacity import OpacityFrames, over, spread_colours, straight, with_opacity
from compositing.panel import Panel
from compositing.scene import Player, Scene
from foundation.facetrack import HeadFrame
from foundation.geometry import Box
from media.video.sequence import FrameSequence
from media.video.writer import FrameWriter


def half_open() -> tuple[np.ndarray, np.ndarray]:
    """A red picture, 64x64, whose left half shows, whose right half does not, with a soft edge between."""
    picture = np.full((64, 64, 3), (200, 30, 20), np.uint8)
    opacity = np.broadcast_to(np.clip((36 - np.arange(64)) * 32, 0, 255).astype(np.uint8), (64, 64))
    return picture, np.ascontiguousarray(opacity)


def test_straight_colours_come_back_from_multiplied_ones() -> None:
    picture, opacity = half_open()
    back = straight(with_opacity(picture, opacity))
    np.testing.assert_array_equal(back[..., 3], opacity)
    shows = opacity > 60
    assert np.abs(back[..., :3].astype(int) - picture)[shows].max() <= 2
    np.testing.assert_array_equal(straight(with_opacity(picture, None))[..., :3], picture)


def test_what_is_opaque_hides_and_what_is_not_lets_through() -> None:
    picture, opacity = half_open()
    behind = with_opacity(np.full((64, 64, 3), (0, 0, 250), np.uint8), None)
    both = over(with_opacity(picture, opacity), behind)
    np.testing.assert_array_equal(both[:, :28, :3], picture[:, :28])
    np.testing.assert_array_equal(both[:, 40:, :3], behind[:, 40:, :3])
    np.testing.assert_array_equal(both[..., 3], 255)


def test_hidden_pixels_take_the_colour_of_the_nearest_that_shows() -> None:
    picture, opacity = half_open()
    picture[:, 40:] = (0, 255, 0)
    spread = spread_colours(picture, opacity)
    np.testing.assert_array_equal(spread, np.broadcast_to(picture[0, 0], (64, 64, 3)))


def test_a_scene_without_a_backdrop_is_transparent_around_its_performers(tmp_path: Path) -> None:
    picture, opacity = half_open()
    with FrameWriter(tmp_path / "frames.avi", size=(64, 64), fps=Fraction(25)) as writer:
        for level in (30, 120):
            writer.write(np.full((64, 64, 3), level, np.uint8))
    frames = OpacityFrames(FrameSequence([(0, tmp_path / "frames.avi")], 2), opacity)
    head = HeadFrame((20.0, 32.0), 30.0, 0.0)
    panel = Panel(with_opacity(picture, opacity), Box(0, 0, 64, 64), (64, 64), head)
    scene = Scene(np.zeros((64, 128, 4), np.uint8), [Player(panel, frames, Box(64, 0, 128, 64))])
    for number, level in ((0, 30), (1, 120), (1, 120)):
        shown = straight(scene.draw(number)[0])
        assert not shown[:, :64, 3].any()
        np.testing.assert_array_equal(shown[:, 64:, 3], opacity)
        np.testing.assert_allclose(shown[:, 64:90, :3], level, atol=1)
