"""What is done between the networks: sampling, regions, overlapping detections; many threads, one result."""

from __future__ import annotations

import math
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from skimage import data

from face.canonical import head_rotation
from foundation.errors import InputError
from foundation.geometry import Array
from landmarks import BACKENDS, DEFAULT, check_backend, load_backend
from landmarks.base import Image
from landmarks.litert.detector import averaged
from landmarks.litert.mesh import FaceMesh, FaceNetworks, face_networks
from landmarks.litert.regions import Region, sampled
from landmarks.model_file import find_model
from pipeline.plan.looking import backend_use
from stages.contracts.shared import Backend


@pytest.fixture(scope="module")
def networks() -> FaceNetworks:
    return face_networks(find_model())


def ramps() -> Image:
    """Red grows to the right, green downwards, two a pixel."""
    y, x = np.mgrid[:120, :120]
    return np.stack([2 * x, 2 * y, 0 * x], axis=2).astype(np.uint8)


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.5])
def test_a_sample_is_what_lies_at_its_place_in_the_region(angle: float) -> None:
    """The colours of the ramps tell the place; to half a colour and 1/64 of a pixel."""
    region = Region(60.0, 55.0, 70.0, 40.0, angle)
    shown = sampled(ramps(), region, 128, cv2.BORDER_CONSTANT).astype(np.float64)
    v, u = np.mgrid[:128, :128] / 128
    places = region.placed(np.stack([u.ravel(), v.ravel(), 0 * u.ravel()], axis=1))
    np.testing.assert_allclose(shown[..., :2].reshape(-1, 2) / 2, places[:, :2], atol=0.25 + 1 / 64)


@pytest.mark.parametrize(("border", "outside"), [(cv2.BORDER_CONSTANT, 0), (cv2.BORDER_REPLICATE, 200)])
def test_what_lies_outside_is_black_or_the_edge(border: int, outside: int) -> None:
    shown = sampled(np.full((60, 40, 3), 200, np.uint8), Region(20.0, 30.0, 120.0, 120.0), 128, border)
    assert (shown[:, :40] == outside).all()
    assert (shown[50:78, 55:75] == 200).all()


def test_a_region_turns_with_the_eyes_and_holds_every_point() -> None:
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.uniform(100, 200, (478, 2)), np.zeros((478, 1))], axis=1)
    points[33, :2], points[263, :2] = (120, 150), (160, 190)
    region = Region.of_points(points)
    assert region.angle == pytest.approx(math.pi / 4)
    extent = np.ptp(points[:, :2], axis=0).max()
    assert region.width == region.height == pytest.approx(1.5 * extent)
    corners = region.placed(np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 1]]))
    assert corners[:, :2].mean(axis=0) == pytest.approx((region.x, region.y))
    assert corners[1, :2] - corners[0, :2] == pytest.approx(np.array([1, 1]) * region.width / math.sqrt(2))
    assert corners[3, 2] == pytest.approx(region.width)


def row(x0: float, y0: float, x1: float, y1: float, score: float) -> Array:
    return np.array([x0, y0, x1, y1, *([x0] * 12), score])


def test_boxes_of_one_face_become_their_mean_by_score() -> None:
    one, same, other = row(0, 0, 10, 10, 0.9), row(2, 0, 12, 10, 0.6), row(30, 0, 40, 10, 0.7)
    first, second = averaged(np.stack([same, other, one]), 0.5)
    assert first[[0, 2, 4, -1]] == pytest.approx([0.8, 10.8, 0.8, 0.9])
    np.testing.assert_allclose(second, other)
    assert len(averaged(np.stack([one, same, other]), 0.8)) == 3
    assert averaged(np.zeros((0, 17)), 0.5).shape == (0, 17)


@pytest.mark.parametrize("degrees", [-25.0, 20.0])
def test_the_pose_rolls_with_the_head(networks: FaceNetworks, degrees: float) -> None:
    image = data.astronaut()
    turn = cv2.getRotationMatrix2D((225, 125), -degrees, 1.0)
    upright, turned = (
        FaceMesh(networks).look(picture, 3) for picture in (image, cv2.warpAffine(image, turn, (512, 512)))
    )
    assert upright
    assert turned
    roll = head_rotation(turned) @ head_rotation(upright).T
    assert math.degrees(math.atan2(roll[1, 0], roll[0, 0])) == pytest.approx(degrees, abs=2.5)


def test_threads_that_look_at_once_see_what_one_alone_sees(networks: FaceNetworks) -> None:
    image = data.astronaut()
    pictures = [np.ascontiguousarray(image[y : y + 300, x : x + 300]) for x in (60, 70, 80) for y in (0, 10, 20)]
    alone = [FaceMesh(networks).look(picture, 2) for picture in pictures]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda picture: FaceMesh(networks).look(picture, 2), pictures))
    for one, two in zip(alone, together, strict=True):
        assert one
        assert two
        np.testing.assert_array_equal(one.points, two.points)
        np.testing.assert_array_equal(one.blendshapes, two.blendshapes)
        np.testing.assert_array_equal(one.pose, two.pose)


def test_a_face_that_is_gone_is_looked_for_anew(networks: FaceNetworks) -> None:
    mesh, image = FaceMesh(networks), data.astronaut()
    assert mesh.look(image)
    assert mesh.look(np.zeros_like(image)) is None
    found = mesh.look(np.ascontiguousarray(image[:, ::-1]), 2)
    assert found
    assert found.points[:, 0].mean() == pytest.approx(511 - 225, abs=12)


def test_mediapipe_is_an_option_that_tells_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    for ask in (load_backend, check_backend):
        with pytest.raises(InputError, match=r"mediapipe is not installed.*pip install --no-deps -r requirements-medi"):
            ask("mediapipe")
    assert backend_use() == Backend(name=DEFAULT, version=BACKENDS[DEFAULT].version)
