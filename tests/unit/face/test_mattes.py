"""The person of a picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from compositing.behind import parted, passing, with_halo, without_person
from face.mattes import Matte, person_matte
from foundation.errors import InputError
from foundation.facetrack import Face
from foundation.geometry import Image
from foundation.schemes import MEDIAPIPE_478
from landmarks.litert import people
from tests.golden.cases import FACES

HAIR, SUIT, WALL, ROCKET = (45, 225), (480, 220), (60, 330), (130, 480)
"""Rows and columns of the astronaut's picture."""


def astronaut() -> tuple[Image, Face]:
    with np.load(FACES, allow_pickle=False) as kept:
        points, shapes, pose = kept["points"][0] / 64.0, kept["blendshapes"][0], kept["pose"][0]
    return np.ascontiguousarray(data.astronaut()), Face(points, MEDIAPIPE_478, shapes, pose)


@pytest.fixture(scope="module")
def matte() -> Matte:
    return person_matte(*astronaut())


def test_the_person_is_told_from_what_is_behind(matte: Matte) -> None:
    assert matte.doubt is None
    assert [int(matte.opacity[at]) for at in (HAIR, SUIT)] == [255, 255]
    assert [int(matte.opacity[at]) for at in (WALL, ROCKET)] == [0, 0]
    assert 0.01 < ((matte.opacity > 20) & (matte.opacity < 235)).mean() < 0.1  # soft at the edges, and there alone


def test_a_second_person_who_stands_apart_is_none_of_this_ones() -> None:
    picture, face = astronaut()
    both = np.concatenate([picture[:330, 90:370], np.full((330, 60, 3), 190, np.uint8), picture[:330, 90:370]], axis=1)
    points = face.points - np.array([90.0, 0, 0])
    one = person_matte(np.ascontiguousarray(both), Face(points, MEDIAPIPE_478, face.blendshapes, face.pose)).opacity
    assert one[45, 135] == 255
    assert one[:, 400:].max() < 30


def noise() -> Image:
    return np.random.default_rng(0).integers(0, 255, (512, 512, 3), np.uint8)


@pytest.mark.parametrize("picture", [np.full((512, 512, 3), 120, np.uint8), noise()], ids=["grey", "noise"])
def test_where_nobody_is_seen_it_is_doubted(picture: Image) -> None:
    assert person_matte(picture, astronaut()[1]).doubt is not None


@pytest.mark.parametrize("size", [(40, 40), (33, 700), (700, 33)])
def test_pictures_of_any_size(size: tuple[int, int]) -> None:
    picture, face = astronaut()
    small = np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    points = face.points * np.array([size[1] / 512, size[0] / 512, 0.1])
    assert person_matte(small, Face(points, MEDIAPIPE_478, face.blendshapes, face.pose)).opacity.shape == size


def test_it_is_the_same_every_time(matte: Matte) -> None:
    assert (person_matte(*astronaut()).opacity == matte.opacity).all()


def test_another_file_in_the_networks_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "selfie_segmentation.tflite"
    monkeypatch.setattr(people, "WEIGHTS", other)
    for content, told in ((None, "cannot be read"), (b"TFL3", "its sha256 differs")):
        people.people_network.cache_clear()
        if content is not None:
            other.write_bytes(content)
        with pytest.raises(InputError, match=told):
            people.people(noise())
    people.people_network.cache_clear()


def disc(radius: float) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:200, :240]
    return np.clip((radius - np.hypot(rows - 100, columns - 120)) * 64 + 128, 0, 255).astype(np.uint8)


def test_what_is_behind_is_filled_from_around_and_kept_elsewhere() -> None:
    wall = np.zeros((200, 240, 3), np.uint8)
    wall[:, :120], wall[:, 120:] = (90, 60, 30), (120, 140, 160)
    opacity = disc(50)
    picture = np.where(opacity[:, :, None] > 0, np.uint8(250), wall)
    behind = without_person(picture, opacity, 100)
    assert (behind[opacity == 0] == wall[opacity == 0]).all()
    inside = np.abs(behind.astype(int) - wall)[(opacity > 0) & (disc(40) == 0)]
    assert np.percentile(inside, 90) < 12
    nobody = np.zeros_like(opacity)
    assert (without_person(picture, nobody, 100) == picture).all()
    assert (without_person(picture, nobody + 255, 100) == picture).all()


def test_one_of_many_pictures_is_filled_from_around_in_a_fraction_of_the_time() -> None:
    wall = np.zeros((200, 240, 3), np.uint8)
    wall[:, :120], wall[:, 120:] = (90, 60, 30), (120, 140, 160)
    opacity = disc(50)
    behind = passing(np.where(opacity[:, :, None] > 0, np.uint8(250), wall), opacity)
    assert (behind[opacity == 0] == wall[opacity == 0]).all()
    inside = np.abs(behind.astype(int) - wall)[(opacity > 0) & (disc(40) == 0)]
    assert np.percentile(inside, 90) < 30
    assert np.median(inside) < 10
    assert behind[100, 120].max() < 170  # nothing of the person
    assert passing(wall, np.full_like(opacity, 255)).shape == wall.shape  # nothing is known


def test_the_persons_colours_laid_over_what_is_behind_give_the_picture() -> None:
    """Whatever the guess: a head at rest shows no edge of its matte."""
    picture = np.random.default_rng(1).integers(0, 256, (200, 240, 3), np.uint8)
    opacity = with_halo(disc(50), 100)
    guess = without_person(picture, opacity, 100)
    own, behind = parted(picture, opacity, guess)
    share = opacity[:, :, None] / 255
    assert np.abs(own * share + behind * (1 - share) - picture).max() <= 1
    assert (behind[opacity == 0] == picture[opacity == 0]).all()
    assert (own[opacity == 255] == picture[opacity == 255]).all()


def test_what_a_matte_missed_at_its_edge_moves_with_it() -> None:
    opacity = with_halo(disc(50), 100)
    assert opacity[100, 171] == 255
    assert 0 < opacity[100, 173] < 255
    assert opacity[100, 178] == 0
