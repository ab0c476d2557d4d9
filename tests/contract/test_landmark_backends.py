"""What every landmark backend does, on the same pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from skimage import data

from foundation.facetrack import HEAD_MARKS, head_frame
from landmarks import BACKENDS, load_backend
from landmarks.base import Image, LandmarkBackend
from tests.backends import skip_unless_usable


@pytest.fixture(scope="module", params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Iterator[LandmarkBackend]:
    skip_unless_usable(request.param)
    with load_backend(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def astronaut() -> Image:
    return np.ascontiguousarray(data.astronaut())


def test_names_what_it_is(backend: LandmarkBackend) -> None:
    assert BACKENDS[backend.name]
    assert backend.scheme in HEAD_MARKS


def test_finds_the_face(backend: LandmarkBackend, astronaut: Image) -> None:
    (face,) = backend.detect(astronaut)
    assert face.scheme == backend.scheme
    assert face.points.shape == (backend.points, 3)
    assert face.points.dtype == face.blendshapes.dtype == face.pose.dtype == np.float64
    assert face.blendshapes.shape in ((52,), (0,))
    assert face.pose.shape == (4, 4)
    assert all(np.isfinite(part).all() for part in (face.points, face.blendshapes, face.pose))
    assert face.points[:, :2].min() >= 0
    assert (face.points[:, :2].max(axis=0) <= (astronaut.shape[1], astronaut.shape[0])).all()
    head = head_frame(face.points, face.scheme)
    assert head.centre == pytest.approx((225, 125), abs=12)
    assert head.height == pytest.approx(108, rel=0.15)


def test_points_move_with_the_picture(backend: LandmarkBackend, astronaut: Image) -> None:
    (still,) = backend.detect(astronaut)
    (moved,) = backend.detect(astronaut[20:, 30:])
    assert np.abs(still.points[:, :2] - moved.points[:, :2] - (30, 20)).mean() < 1.0


def test_largest_comes_first_and_the_limit_holds(backend: LandmarkBackend, astronaut: Image) -> None:
    half = np.ascontiguousarray(astronaut[::2, ::2])
    both = np.zeros((512, 800, 3), np.uint8)
    both[128:384, :256] = half
    both[:, 288:] = astronaut
    large, small = backend.detect(both)
    assert large.box[0] > small.box[2]
    (only,) = backend.detect(both, limit=1)
    assert only.box == pytest.approx(large.box, abs=2)


@pytest.mark.parametrize("kind", ["noise", "blank", "cat"])
def test_no_face_is_an_empty_list(backend: LandmarkBackend, kind: str) -> None:
    pictures = {
        "noise": np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8),
        "blank": np.full((200, 200, 3), 255, np.uint8),
        "cat": data.chelsea(),
    }
    assert backend.detect(pictures[kind]) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (37, 51), (700, 5)])
def test_odd_sizes_do_no_harm(backend: LandmarkBackend, shape: tuple[int, int]) -> None:
    assert backend.detect(np.full((*shape, 3), 90, np.uint8)) == []


def test_grey_and_strided_pictures(backend: LandmarkBackend, astronaut: Image) -> None:
    grey = np.repeat(astronaut.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    assert len(backend.detect(grey)) == 1
    padded = np.zeros((512, 600, 3), np.uint8)
    padded[:, :511] = astronaut[:, :511]
    (face,) = backend.detect(padded[:, :511])
    assert head_frame(face.points, face.scheme).centre == pytest.approx((225, 125), abs=12)


def test_pictures_are_left_as_they_are(backend: LandmarkBackend, astronaut: Image) -> None:
    before = astronaut.copy()
    backend.detect(astronaut)
    np.testing.assert_array_equal(astronaut, before)


def test_follows_a_moving_face_and_loses_it(backend: LandmarkBackend, astronaut: Image) -> None:
    for index in range(8):
        frame = np.ascontiguousarray(astronaut[: 400 - index, 4 * index : 320 + 4 * index])[:390]
        (face,) = backend.follow(frame, index / 25)
        assert head_frame(face.points, face.scheme).centre == pytest.approx((225 - 4 * index, 125), abs=12)
    assert backend.follow(np.zeros((390, 320, 3), np.uint8), 9 / 25) == []
    assert len(backend.follow(np.ascontiguousarray(astronaut[:390, :320]), 10 / 25)) == 1


@pytest.mark.parametrize("name", list(BACKENDS))
def test_closing_twice_is_harmless(name: str) -> None:
    skip_unless_usable(name)
    backend = load_backend(name)
    backend.close()
    backend.close()
