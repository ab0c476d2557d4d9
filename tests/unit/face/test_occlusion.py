"""What hides a mouth is noticed, and nothing else."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from face.occlusion import LIMITS, MouthMemory, covered, look_at_mouth, occluded, shows_no_lips
from face.topology import OUTER_LIPS
from foundation.facetrack import Face
from foundation.geometry import Array, Image
from foundation.npy import BLOCK
from landmarks import load_backend
from media.samples import sample_path
from media.video.reader import VideoReader
from tests.occluders import OCCLUDERS, microphone

FRAMES = 40
JAW = (205, 206, 164, 426, 425, 411, 435, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 215, 187)
Looks = NDArray[np.uint8]


def followed(frames: list[Image]) -> list[Face]:
    with load_backend() as backend:
        found = [backend.follow(frame, float(number), 1) for number, frame in enumerate(frames)]
    assert all(found)
    return [faces[0] for faces in found]


def looks_of(frames: list[Image]) -> Looks:
    """As a render sees them: landmarks are found in what is shown."""
    return np.stack([look_at_mouth(image, face.points) for image, face in zip(frames, followed(frames), strict=True)])


@pytest.fixture(scope="module")
def clip() -> list[Image]:
    """A man with a moustache, who speaks."""
    with VideoReader(sample_path("carphone")) as reader:
        return [frame for _, frame in islice(reader, 40, 40 + FRAMES)]


@pytest.fixture(scope="module")
def own(clip: list[Image]) -> Looks:
    return looks_of(clip)


def laid_over(clip: list[Image], kind: str) -> Looks:
    """The same frames with something in front of the mouth in each."""
    lay: Any = OCCLUDERS.get(kind) or partial(microphone, light=60.0)
    faces = followed(clip)
    return looks_of(
        [lay(image, face.points, number) for number, (image, face) in enumerate(zip(clip, faces, strict=True))]
    )


OBJECTS = ["microphone", "black microphone", "paper"]


@pytest.fixture(scope="module", params=OBJECTS)
def object_hidden(request: pytest.FixtureRequest, clip: list[Image]) -> Looks:
    return laid_over(clip, request.param)


@pytest.fixture(scope="module", params=[*OBJECTS, "hand"])
def hidden(request: pytest.FixtureRequest, clip: list[Image]) -> Looks:
    """A hand of the face's own colour to the bit as well: that is only told from a mouth that is seen without it."""
    return laid_over(clip, request.param)


def test_a_mouth_that_speaks_is_not_hidden(own: Looks) -> None:
    assert not occluded(own).any()
    assert not shows_no_lips(own).any()


@pytest.mark.parametrize(("start", "stop"), [(0, 8), (12, 30), (20, 24), (25, FRAMES)])
def test_what_hides_it_for_a_while_is_noticed(own: Looks, hidden: Looks, start: int, stop: int) -> None:
    mixed = own.copy()
    mixed[start:stop] = hidden[start:stop]
    found = np.flatnonzero(occluded(mixed))
    assert found.min() == max(0, start - LIMITS.margin)
    assert found.max() == min(FRAMES, stop + LIMITS.margin) - 1
    assert len(found) == found.max() - found.min() + 1


def test_a_mouth_that_is_filmed_meanwhile_is_known_by_what_came_before(own: Looks, hidden: Looks) -> None:
    memory = MouthMemory()
    assert not any(memory.hidden(look) for _ in range(4) for look in own)
    noticed = [memory.hidden(look) for look in hidden]
    assert np.mean(noticed) > 0.9
    assert not any(memory.hidden(look) for look in own)


def test_nothing_is_said_of_a_mouth_that_has_just_begun_to_be_filmed(own: Looks, hidden: Looks) -> None:
    memory = MouthMemory()
    assert not any(memory.hidden(look) for look in [*own[:20], *hidden])


def test_what_hides_it_all_the_time_is_noticed(object_hidden: Looks) -> None:
    assert occluded(object_hidden).all()
    assert shows_no_lips(object_hidden).all()


def test_a_mouth_that_is_seldom_seen_is_still_seen(own: Looks, object_hidden: Looks) -> None:
    mixed = object_hidden.copy()
    mixed[10:22] = own[10:22]
    np.testing.assert_array_equal(np.flatnonzero(~occluded(mixed)), np.arange(10 + LIMITS.margin, 22 - LIMITS.margin))


def test_it_is_noticed_without_colours_where_the_mouth_is_seen_too(clip: list[Image]) -> None:
    def grey(image: Image) -> Image:
        return np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)

    film, faces = [grey(image) for image in clip], followed(clip)
    assert not occluded(looks_of(film)).any()
    film[10:20] = [microphone(film[n], faces[n].points, n) for n in range(10, 20)]
    assert set(range(10, 20)) <= set(np.flatnonzero(occluded(looks_of(film))).tolist())


def test_small_and_blocky_faces_are_not_taken_for_hidden(clip: list[Image]) -> None:
    small = [cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA) for image in clip]
    coded = [cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], -1) for image in small]
    assert not occluded(looks_of([np.asarray(image, np.uint8) for image in coded])).any()


def test_light_that_changes_hides_nothing(clip: list[Image]) -> None:
    ramp = np.linspace(0.5, 1.3, FRAMES)[:, None] * np.array([1.0, 0.85, 0.7])
    lit = [np.clip(image * gain, 0, 255).astype(np.uint8) for image, gain in zip(clip, ramp, strict=True)]
    assert not occluded(looks_of(lit)).any()


@pytest.mark.parametrize("lips", [(0.9, 0.95, 1.2), (0.95, 0.97, 1.05), (1.15, 1.0, 1.15)])
@pytest.mark.parametrize("bearded", [False, True])
def test_lips_of_any_colour_are_lips(clip: list[Image], lips: tuple[float, float, float], bearded: bool) -> None:
    """Dark skin with purple, brown and pink lips, shaven and not."""

    def made_up(image: Image, face: Face, number: int) -> Image:
        skin = np.clip((image / 255) ** 1.25 * [0.62, 0.50, 0.44], 0, 1) * 255
        shown = filled(image, face.points[list(OUTER_LIPS), :2])
        if bearded:
            hair = filled(image, cv2.convexHull(face.points[list(JAW), :2].astype(np.float32))[:, 0]) * (1 - shown)
            noise = np.random.default_rng(number).normal(0, 18, image.shape[:2])[:, :, None]
            skin = skin * (1 - hair) + (np.array([58, 44, 36]) + noise) * hair
        return np.clip(skin * (1 - shown) + skin * lips * shown, 0, 255).astype(np.uint8)

    faces = followed(clip)
    shown = [made_up(image, face, n) for n, (image, face) in enumerate(zip(clip, faces, strict=True))]
    looks = np.stack([look_at_mouth(image, face.points) for image, face in zip(shown, faces, strict=True)])
    assert not occluded(looks).any()
    assert not shows_no_lips(looks).any()


def filled(image: Image, outline: Array) -> Array:
    """(H, W, 1) 0..1, soft-edged."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 1)
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float64), (0, 0), 1.0)[:, :, None])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_short_shots(own: Looks, object_hidden: Looks, count: int) -> None:
    assert not occluded(own[:count]).any()
    assert occluded(object_hidden[:count]).all()


def test_a_shot_longer_than_a_block(own: Looks, hidden: Looks) -> None:
    long = np.concatenate([own] * (2 * BLOCK // FRAMES + 1))
    start, stop = BLOCK - 3, BLOCK + 4
    long[start:stop] = hidden[start:stop] if stop <= FRAMES else hidden[: stop - start]
    np.testing.assert_array_equal(
        np.flatnonzero(occluded(long)), np.arange(start - LIMITS.margin, stop + LIMITS.margin)
    )


def test_a_face_at_the_pictures_edge_can_be_looked_at(clip: list[Image], own: Looks) -> None:
    (face,) = followed(clip[:1])
    for shift in (-1000.0, 1000.0):
        assert look_at_mouth(clip[0], face.points + shift).shape == own[0].shape


def test_what_is_drawn_is_eased_in_and_out() -> None:
    weights = covered(np.array([False] * 8 + [True] * 2 + [False] * 8))
    assert (weights[8:10] == 1).all()
    assert (weights[: 8 - LIMITS.ease] == 0).all()
    assert (np.diff(weights[:9]) >= 0).all()
    assert (weights[8 - LIMITS.ease : 8] > 0).all()
    np.testing.assert_array_equal(weights, weights[::-1])
    assert covered(np.zeros(1, bool)).tolist() == [0]
