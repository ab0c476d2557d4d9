"""What is particular to MediaPipe's networks, whoever runs them: repeatable, unsmoothed, silent, and no monkeys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from foundation.facetrack import HEAD_MARKS, Face, head_frame
from landmarks import load_backend
from landmarks.base import Image, LandmarkBackend
from landmarks.model_file import USED_BY
from media.image.images import read_image
from tests.backends import skip_unless_usable

ROOT = Path(__file__).resolve().parents[3]
NOSE = 1


@pytest.fixture(scope="module", params=USED_BY)
def name(request: pytest.FixtureRequest) -> str:
    skip_unless_usable(request.param)
    return str(request.param)


@pytest.fixture(scope="module")
def backend(name: str) -> Iterator[LandmarkBackend]:
    with load_backend(name) as opened:
        yield opened


def swaying(count: int) -> Iterator[tuple[float, Image]]:
    """The astronaut, moved by a known number of pixels to the right, to the bit the same every time."""
    image = data.astronaut()[:400, 40:440]
    noise = np.random.default_rng(0)
    for index in range(count):
        x = 8 * np.sin(index / 5)
        moved = cv2.warpAffine(image, np.array([[1, 0, x], [0, 1, 0]]), (400, 400), flags=cv2.INTER_CUBIC)
        yield float(x), np.clip(moved + noise.normal(0, 3, moved.shape), 0, 255).astype(np.uint8)


def test_the_same_frames_give_the_same_numbers(name: str, backend: LandmarkBackend) -> None:
    with load_backend(name) as other:
        for index, (_, frame) in enumerate(swaying(15)):
            (one,), (two,) = backend.follow(frame, index / 25), other.follow(frame, index / 25)
            np.testing.assert_array_equal(one.points, two.points)
            np.testing.assert_array_equal(one.blendshapes, two.blendshapes)
            np.testing.assert_array_equal(one.pose, two.pose)


def test_networks_that_others_have_used_give_the_same_numbers(name: str) -> None:
    """They stay loaded: what a task sees must not depend on what its worker did before."""

    def seen(frames: list[Image]) -> list[Face]:
        with load_backend(name) as backend:
            return [face for pair in zip(frames[::2], frames[1::2], strict=True) for (face,) in backend.follow_on(pair)]

    frames = [frame for _, frame in swaying(10)]
    before = seen(frames)
    seen([cv2.flip(frame[40:, :360], 1) for frame in frames[4:]])
    for one, two in zip(before, seen(frames), strict=True):
        np.testing.assert_array_equal(one.points, two.points)
        np.testing.assert_array_equal(one.blendshapes, two.blendshapes)
        np.testing.assert_array_equal(one.pose, two.pose)


def test_points_do_not_lag_behind_the_face(name: str) -> None:
    """A filter over time would follow the sway late; 8 pixels there and back, in quarter pixels."""
    with load_backend(name) as backend:
        moved, seen = [], []
        for index, (x, frame) in enumerate(swaying(40)):
            (face,) = backend.follow(frame, index / 25)
            moved.append(x)
            seen.append(face.points[:, 0].mean())
    error = np.array(seen) - np.array(moved)
    assert np.std(error) < 0.25
    velocity = np.gradient(np.array(moved))
    lag = -float(np.dot(error - error.mean(), velocity) / np.dot(velocity, velocity))
    assert abs(lag) < 0.1


def test_a_small_face_in_a_large_picture(backend: LandmarkBackend) -> None:
    large = np.full((1400, 2000, 3), (90, 120, 100), np.uint8)
    large[900:1156, 1300:1556] = cv2.resize(data.astronaut(), (256, 256), interpolation=cv2.INTER_AREA)
    (face,) = backend.detect(large)
    assert head_frame(face.points, face.scheme).centre == pytest.approx((1412, 962), abs=6)


def test_a_face_that_fills_the_picture(backend: LandmarkBackend) -> None:
    close = np.ascontiguousarray(data.astronaut()[70:180, 175:275])
    (face,) = backend.detect(cv2.resize(close, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC))
    assert head_frame(face.points, face.scheme).height == pytest.approx(5 * 106, rel=0.05)


@pytest.mark.parametrize("scale", [5, 8])
def test_a_large_face_lies_where_it_lies_when_it_is_small(backend: LandmarkBackend, scale: int) -> None:
    """In parts of the face's height, 108 pixels: its cut-out is halved, which moves nothing."""
    picture = data.astronaut()[60:260, 120:320]
    (small,), (large,) = (
        backend.detect(cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_CUBIC)) for by in (2, scale)
    )
    here, there = ((face.points[:, :2] + 0.5) / by for face, by in ((small, 2), (large, scale)))
    assert np.abs((there - here).mean(axis=0)).max() / 108 < 0.0005
    assert np.abs(there - here).mean() / 108 < 0.0008


def test_points_of_a_still_do_not_depend_on_its_framing(backend: LandmarkBackend) -> None:
    """In parts of the face's height, 108 pixels."""
    whole = data.astronaut()
    (reference,) = backend.detect(whole)
    for x, y in ((0, 0), (60, 20), (110, 37)):
        (face,) = backend.detect(np.ascontiguousarray(whole[y : y + 300, x : x + 300]))
        shift = np.abs(face.points[:, :2] + np.array([x, y]) - reference.points[:, :2]).mean()
        assert shift / 108 < 0.01


def test_the_library_is_silent_from_start_to_exit(name: str) -> None:
    """Nothing on stderr: no graph chatter, no exception from a destructor, closed or not."""
    code = (
        f"import numpy as np; from landmarks import load_backend; b = load_backend({name!r});"
        "from skimage.data import astronaut; assert len(b.follow(astronaut(), 0.0)) == len(b.detect(astronaut())) == 1"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.shared
def test_a_monkey_is_no_face(backend: LandmarkBackend, shared_media: Path) -> None:
    assert backend.detect(read_image(shared_media / "portraits" / "no_human_monkey.jpg")) == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "centre"),
    [
        ("painting_woman.jpg", (282, 188)),
        ("mona_lisa.jpg", (370, 340)),
        ("pearl_earring.jpg", (500, 580)),
        ("president.png", (356, 406)),
        ("cartoon_boy.jpg", (423, 487)),
    ],
)
def test_painted_and_drawn_faces_count(
    backend: LandmarkBackend, shared_media: Path, file: str, centre: tuple[int, int]
) -> None:
    (face,) = backend.detect(read_image(shared_media / "portraits" / file))
    head = head_frame(face.points, face.scheme)
    assert head.centre == pytest.approx(centre, abs=0.1 * head.height)
    assert face.points[HEAD_MARKS[face.scheme].chin, 1] > face.points[NOSE, 1]
