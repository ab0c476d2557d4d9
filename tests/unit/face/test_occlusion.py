"""What hides a mouth is noticed, and nothing else."""

from __future__ import annotations

from itertools import islice

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from face.occlusion import EASE, MARGIN, covered, look_at_mouth, occluded, shows_no_lips
from foundation.facetrack import Face
from foundation.geometry import Image
from foundation.npy import BLOCK
from landmarks import load_backend
from media.samples import sample_path
from media.video.reader import VideoReader
from tests.occluders import OCCLUDERS, microphone

FRAMES = 40
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


@pytest.fixture(scope="module", params=[*OCCLUDERS, "black microphone"])
def hidden(request: pytest.FixtureRequest, clip: list[Image]) -> Looks:
    """The same frames with something in front of the mouth in each."""
    kind = request.param
    lay = OCCLUDERS.get(kind) or (lambda image, points, number: microphone(image, points, number, light=60.0))
    faces = followed(clip)
    return looks_of(
        [lay(image, face.points, number) for number, (image, face) in enumerate(zip(clip, faces, strict=True))]
    )


def test_a_mouth_that_speaks_is_not_hidden(own: Looks) -> None:
    assert not occluded(own).any()
    assert not shows_no_lips(own).any()


@pytest.mark.parametrize(("start", "stop"), [(0, 8), (12, 30), (20, 24), (25, FRAMES)])
def test_what_hides_it_for_a_while_is_noticed(own: Looks, hidden: Looks, start: int, stop: int) -> None:
    mixed = own.copy()
    mixed[start:stop] = hidden[start:stop]
    found = np.flatnonzero(occluded(mixed))
    assert found.min() == max(0, start - MARGIN)
    assert found.max() == min(FRAMES, stop + MARGIN) - 1
    assert len(found) == found.max() - found.min() + 1


def test_what_hides_it_all_the_time_is_noticed(hidden: Looks) -> None:
    assert occluded(hidden).all()
    assert shows_no_lips(hidden).mean() > 0.8


def test_a_mouth_that_is_seldom_seen_is_still_seen(own: Looks, hidden: Looks) -> None:
    mixed = hidden.copy()
    mixed[10:22] = own[10:22]
    np.testing.assert_array_equal(np.flatnonzero(~occluded(mixed)), np.arange(10 + MARGIN, 22 - MARGIN))


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


@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_short_shots(own: Looks, hidden: Looks, count: int) -> None:
    assert not occluded(own[:count]).any()
    assert occluded(hidden[:count]).all()


def test_a_shot_longer_than_a_block(own: Looks, hidden: Looks) -> None:
    long = np.concatenate([own] * (2 * BLOCK // FRAMES + 1))
    start, stop = BLOCK - 3, BLOCK + 4
    long[start:stop] = hidden[start:stop] if stop <= FRAMES else hidden[: stop - start]
    np.testing.assert_array_equal(np.flatnonzero(occluded(long)), np.arange(start - MARGIN, stop + MARGIN))


def test_a_face_at_the_pictures_edge_can_be_looked_at(clip: list[Image], own: Looks) -> None:
    (face,) = followed(clip[:1])
    for shift in (-1000.0, 1000.0):
        assert look_at_mouth(clip[0], face.points + shift).shape == own[0].shape


def test_what_is_drawn_is_eased_in_and_out() -> None:
    weights = covered(np.array([False] * 8 + [True] * 2 + [False] * 8))
    assert (weights[8:10] == 1).all()
    assert (weights[: 8 - EASE] == 0).all()
    assert (np.diff(weights[:9]) >= 0).all()
    assert (weights[8 - EASE : 8] > 0).all()
    np.testing.assert_array_equal(weights, weights[::-1])
    assert covered(np.zeros(1, bool)).tolist() == [0]
