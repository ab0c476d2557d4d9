"""Scenes and transitions, pixel by pixel, with pictures of one colour."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from compositing.backdrop import VideoBackdrop, blurred, filled, plain
from compositing.panel import Panel
from compositing.scene import Changes, Player, Scene
from compositing.transition import TRANSITIONS, crossfade, fade, wipe
from foundation.facetrack import HeadFrame
from foundation.geometry import Box
from media.video.sequence import FrameSequence
from media.video.writer import FrameWriter
from tests.synthetic import number_in, numbered, write_clip

Image = NDArray[np.uint8]
HEAD = HeadFrame((40.0, 40.0), 30.0, 0.0)


def solid(value: int, size: tuple[int, int] = (160, 90)) -> Image:
    return np.full((size[1], size[0], 3), value, np.uint8)


def clip(folder: Path, values: list[int], name: str = "c") -> FrameSequence:
    """80x80 frames of one grey each."""
    with FrameWriter(folder / f"{name}.avi", size=(80, 80), fps=Fraction(25)) as writer:
        for value in values:
            writer.write(solid(value, (80, 80)))
    return FrameSequence([(0, folder / f"{name}.avi")], len(values))


def player(frames: FrameSequence, place: Box, backing: Image | None = None) -> Player:
    panel = Panel(solid(0, (80, 80)), Box(0, 0, 80, 80), (place.width, place.height), HEAD, "fit")
    return Player(panel, frames, place, backing)


def test_each_performer_stands_in_its_place_at_its_frame(tmp_path: Path) -> None:
    scene = Scene(plain("#102030", (160, 90)), [player(clip(tmp_path, [50, 60, 70]), Box(0, 5, 160, 85))])
    for number, value in enumerate([50, 60, 70, 70, 70]):  # the clip's last frame stands until the end
        frame, _ = scene.draw(number)
        assert (frame[5:85, 40:120] == value).all()
        assert (frame[:5] == (16, 32, 48)).all()
        assert (frame[5:85, :40] == (16, 32, 48)).all()


def test_an_inset_stays_on_top_of_what_moves_below(tmp_path: Path) -> None:
    below, above = clip(tmp_path, [10, 20, 30], "a"), clip(tmp_path, [200], "b")
    scene = Scene(plain("#000000", (160, 90)), [player(below, Box(0, 0, 160, 90)), player(above, Box(60, 10, 80, 30))])
    for number, value in enumerate([10, 20, 30]):
        frame, _ = scene.draw(number)
        assert (frame[10:30, 60:80] == 200).all()
        assert (frame[40:, 60:80] == value).all()


def test_what_is_told_to_have_changed_holds_all_that_has(tmp_path: Path) -> None:
    """Side by side, above one another, and one that stands still while the others go on."""
    values = [(10, 20, 30, 40), (200, 190, 180, 170), (90,)]
    clips = [clip(tmp_path, list(each), str(number)) for number, each in enumerate(values)]
    places = [Box(0, 0, 80, 90), Box(80, 0, 160, 90), Box(60, 10, 100, 50)]
    for chosen in ((0, 1), (0, 1, 2), (2, 0), (2,)):
        scene = Scene(plain("#000000", (160, 90)), [player(clips[n], places[n]) for n in chosen])
        changes, last = Changes(), np.zeros((90, 160, 3), np.uint8)
        for number in range(4):
            frame, parts = scene.draw(number)
            changes.drawn(scene, parts)
            told = changes.take()
            differs = (frame != last).any(axis=2)
            assert (told is None) == (number == 0)
            for box in told or ():
                differs[box.slices] = False
            assert number == 0 or not differs.any()
            last = frame.copy()


def test_a_picture_shown_whole_has_its_own_backing(tmp_path: Path) -> None:
    scene = Scene(plain("#000000", (160, 90)), [player(clip(tmp_path, [90]), Box(0, 0, 160, 90), solid(33))])
    frame, _ = scene.draw(0)
    assert (frame[:, :35] == 33).all()
    assert (frame[:, 35:125] == 90).all()


def test_a_backdrop_video_runs_at_its_own_rate_and_begins_again(tmp_path: Path) -> None:
    frames = [numbered(number, (320, 180)) for number in range(10)]
    write_clip(tmp_path / "b.mp4", frames, fps=10)
    backdrop = VideoBackdrop(tmp_path / "b.mp4", Fraction(3, 10), Fraction(20), (160, 96))
    seen = [number_in(backdrop.frame(number)) for number in range(20)]
    assert seen == [3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 3, 3, 4, 4, 5, 5]


@pytest.mark.parametrize(("frames", "start"), [(10, Fraction(3, 10)), (45, Fraction(0)), (1, Fraction(0))])
def test_a_backdrop_video_is_entered_anywhere(frames: int, start: Fraction, tmp_path: Path) -> None:
    """Within its first run, at its end, and many runs later: as if it had been shown from the beginning."""
    path = write_clip(tmp_path / "b.mp4", [numbered(number, (320, 180)) for number in range(frames)], fps=10)
    whole = VideoBackdrop(path, start, Fraction(20), (160, 96))
    shown = [number_in(whole.frame(number)) for number in range(120)]
    for first in (39, 88, 91, 119):
        later = VideoBackdrop(path, start, Fraction(20), (160, 96), first)
        assert [number_in(later.frame(number)) for number in range(first, 120)] == shown[first:]
    del whole, later
    assert not [thread for thread in threading.enumerate() if thread.name == "read ahead"]  # nor a file's decoder


def test_backdrops_fill_the_frame() -> None:
    picture = np.zeros((100, 300, 3), np.uint8)
    picture[:, 100:200] = 250
    assert (filled(picture, (100, 100)) == 250).all()
    for size in ((64, 36), (2160, 3840)):
        soft = blurred(solid(200, (300, 200)), size)
        assert soft.shape == (size[1], size[0], 3)
        assert (soft == 110).all()


def test_a_large_backdrop_is_blurred_small_and_shows_no_difference() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (9, 16, 3), np.uint8)
    picture = cv2.resize(noise, (1280, 720), interpolation=cv2.INTER_NEAREST)
    at_once = np.rint(cv2.GaussianBlur(picture, (0, 0), 0.04 * 1280) * 0.55)
    assert np.abs(blurred(picture, (1280, 720)) - at_once).max() <= 2


@pytest.mark.parametrize("name", list(TRANSITIONS))
def test_a_transition_begins_with_one_scene_and_ends_with_the_other(name: str) -> None:
    before, after = solid(40), solid(200)
    assert np.abs(TRANSITIONS[name](before, after, 0.0, "left").astype(int) - 40).max() <= 1
    assert np.abs(TRANSITIONS[name](before, after, 1.0, "left").astype(int) - 200).max() <= 1


def test_transitions_do_what_their_names_say() -> None:
    before, after = solid(40), solid(200)
    assert (crossfade(before, after, 0.25) == 80).all()
    assert (fade(before, after, 0.25) == 20).all()
    assert (fade(before, after, 0.5) == 0).all()
    assert (fade(before, after, 0.75) == 100).all()
    for direction, new, old in (
        ("right", np.s_[:, :60], np.s_[:, 100:]),
        ("left", np.s_[:, 100:], np.s_[:, :60]),
        ("down", np.s_[:30], np.s_[60:]),
        ("up", np.s_[60:], np.s_[:30]),
    ):
        frame = wipe(before, after, 0.5, direction)
        assert (frame[new] == 200).all()
        assert (frame[old] == 40).all()
        assert ((frame >= 40) & (frame <= 200)).all()
