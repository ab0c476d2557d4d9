"""A film whose reader knows what differs from frame to frame is, to the bit, the film that is drawn whole."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from compositing.lettered import Lettered
from compositing.opacity import OpacityFrames, with_opacity
from compositing.panel import Panel
from compositing.scene import Changes, Player, Scene
from compositing.text_overlay import Layer
from compositing.transition import crossfade
from foundation.facetrack import HeadFrame
from foundation.geometry import Box
from media.video.sequence import FrameSequence, Screen
from media.video.writer import FrameWriter

Image = NDArray[np.uint8]
SIZE = (203, 171)
BOX = Box(21, 10, 181, 171)
HEAD = HeadFrame((100.0, 80.0), 90.0, 0.0)
COUNT, CHUNK = 17, 6


def portrait() -> Image:
    noise = np.random.default_rng(1).integers(0, 256, (43, 51, 3), np.uint8)
    return np.asarray(cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def moving() -> list[Image]:
    """What moves of the portrait: sometimes nothing, sometimes only a corner, once all of it."""
    still = np.ascontiguousarray(portrait()[BOX.slices])
    frames = [still.copy() for _ in range(COUNT)]
    for number, frame in enumerate(frames):
        if number % 5 != 3:
            part = Box(5 + 4 * number, 30 + number, 60 + 5 * number, 90).clipped(BOX.width, BOX.height)
            frame[part.slices] = 255 - frame[part.slices]
    frames[8][-3:, -2:] ^= 128
    frames[12] ^= 255
    frames[14] = frames[13].copy()
    return frames


@pytest.fixture
def films(tmp_path: Path) -> list[FrameSequence]:
    """The same frames twice, in chunks: those of the first are known by what differs, those of the second are not."""
    still = np.ascontiguousarray(portrait()[BOX.slices])
    return [filmed(moving(), CHUNK, tmp_path / name, known) for name, known in (("tiled", still), ("plain", None))]


def filmed(frames: list[Image], chunk: int, folder: Path, still: Image | None) -> FrameSequence:
    """Frames, in chunks; with a still picture, as what differs from it."""
    folder.mkdir()
    chunks = []
    for start in range(0, len(frames), chunk):
        path = folder / f"{start}.avi"
        with FrameWriter(path, size=frames[0].shape[1::-1], fps=Fraction(25), still=still) as writer:
            for frame in frames[start : start + chunk]:
                writer.write(frame)
        chunks.append((start, path))
    return FrameSequence(chunks, len(frames))


def outside(frame: Image, last: Image, told: list[Box]) -> bool:
    """Whether they differ outside what is told."""
    differs = (frame != last).any(axis=2)
    for box in told:
        differs[box.slices] = False
    return bool(differs.any())


def test_a_screen_shows_any_frame_after_any_other(films: list[FrameSequence]) -> None:
    frames, (tiled, plain) = moving(), films
    for sequence in (tiled, plain):
        screens = [Screen(np.zeros_like(frames[0])) for _ in range(2)]
        for number in [0, 1, 2, 2, 5, 6, 7, 3, 4, 11, 12, 13, 14, 15, 16, 40, 0]:
            for screen in screens[: 1 + number % 2]:  # the second one is left behind now and then
                last = screen.pixels.copy()
                told = sequence.show(number, screen)
                np.testing.assert_array_equal(screen.pixels, frames[min(number, COUNT - 1)])
                assert told is None or not outside(screen.pixels, last, told)
            np.testing.assert_array_equal(sequence[number], frames[min(number, COUNT - 1)])
    assert tiled.show(1, screens[0]) is None  # of another film
    told = tiled.show(2, screens[0])
    assert told
    assert sum(box.width * box.height for box in told) < BOX.width * BOX.height / 2


def scenes(film: FrameSequence, size: tuple[int, int], *, alpha: bool) -> list[Scene]:
    """Alone, before a backing; and beside itself with itself in front."""
    width, height = size
    picture = portrait()
    shown = OpacityFrames(film, None) if alpha else film
    picture = with_opacity(picture, None) if alpha else picture

    def player(place: Box, backing: int | None = None) -> Player:
        panel = Panel(picture, BOX, (place.width, place.height), HEAD, "fit" if backing else "auto")
        room = None if backing is None else np.full((place.height, place.width, 3), backing, np.uint8)
        return Player(panel, shown, place, room)

    def behind() -> Image:
        return np.full((height, width, 4 if alpha else 3), 90, np.uint8)

    half, inset = width // 2, Box(width // 3, height // 2, width // 3 + width // 4, height - 5)
    alone = Scene(behind(), [player(Box(0, 0, width, height), None if alpha else 7)])
    both = [player(Box(0, 0, half, height)), player(Box(half, 0, width, height)), player(inset)]
    return [alone, Scene(behind(), both)]


def drawn(
    film: FrameSequence, size: tuple[int, int], *, alpha: bool = False
) -> Iterator[tuple[Image, list[Box] | None]]:
    """Frames and what is told of them: one scene, a transition, the other, back at the first, and on past the end."""
    (one, other), changes = scenes(film, size, alpha=alpha), Changes()
    for number in range(COUNT + 6):
        if 4 <= number < 7:
            changes.drawn(None, None)
            yield crossfade(one.draw(number)[0], other.draw(number)[0], number / 10), changes.take()
        else:
            scene = other if 7 <= number < 15 else one
            frame, parts = scene.draw(number)
            changes.drawn(scene, parts)
            yield frame, changes.take()


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("size", [(640, 360), (320, 180), (96, 54), (406, 342)])
def test_scenes_are_those_that_are_drawn_whole(films: list[FrameSequence], size: tuple[int, int], alpha: bool) -> None:
    pairs = zip(drawn(films[0], size, alpha=alpha), drawn(films[1], size, alpha=alpha), strict=True)
    last, known = None, 0
    for (frame, told), (whole, _) in pairs:
        np.testing.assert_array_equal(frame, whole)
        if last is not None and told is not None:
            assert not outside(frame, last, told)
            known += 1
        last = frame.copy()
    assert known == 0 if alpha else known > 10


def test_the_file_is_the_one_that_is_drawn_whole(films: list[FrameSequence], tmp_path: Path) -> None:
    """With text that comes, stays and goes."""
    word = Layer(Box(30, 200, 120, 220), np.full((20, 90, 3), 200, np.uint8), np.full((20, 90, 3), 40, np.uint8))
    files = []
    for name, film, knows in (("told", films[0], True), ("whole", films[1], False)):
        files.append(tmp_path / f"{name}.mp4")
        with FrameWriter(files[-1], size=(480, 270), fps=Fraction(25)) as writer:
            lettered = Lettered(writer)
            for number, (frame, told) in enumerate(drawn(film, (480, 270))):
                lettered.write(frame, word if number % 4 in (1, 2) else None, told if knows else None)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(("size", "count"), [((34, 26), 300), ((50, 610), 12)])
def test_long_films_and_high_ones(size: tuple[int, int], count: int, tmp_path: Path) -> None:
    """Over more frames, and more rows, than are told of or converted at once."""
    still = np.asarray(cv2.resize(portrait(), size, interpolation=cv2.INTER_AREA), np.uint8)
    frames = [still.copy() for _ in range(count)]
    for number, frame in enumerate(frames):
        top, left = number * 53 % size[1], number * 7 % size[0]
        frame[top : top + 12, left : left + 9] = number % 256
        frame[-top - 1 :, -left // 2 - 3 : -left // 2 - 1] ^= 64
    film, screen = filmed(frames, 64, tmp_path / "tiled", still), Screen(np.zeros_like(still))
    known = 0
    with (
        FrameWriter(tmp_path / "told.mp4", size=size, fps=Fraction(25)) as told,
        FrameWriter(tmp_path / "whole.mp4", size=size, fps=Fraction(25)) as whole,
    ):
        for number, frame in enumerate(frames):
            last = screen.pixels.copy()
            changed = film.show(number, screen)
            np.testing.assert_array_equal(screen.pixels, frame)
            assert changed is None or not outside(frame, last, changed)
            known += changed is not None
            told.write(screen.pixels, changed)
            whole.write(frame)
    assert known > count - 6  # all but the first of each file
    assert (tmp_path / "told.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
