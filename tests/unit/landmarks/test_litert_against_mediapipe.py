"""Step by step, LiteRT's numbers are MediaPipe's. Pixels are those of a face of 256."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from foundation.facetrack import Face
from foundation.geometry import Array
from landmarks import mediapipe_tasks
from landmarks.base import Image
from landmarks.litert.mesh import FaceMesh, FaceNetworks, face_networks
from landmarks.litert.regions import Region
from landmarks.model_file import find_model
from landmarks.quiet import quiet_stderr
from tests.backends import skip_unless_usable


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    skip_unless_usable("mediapipe")


@pytest.fixture(scope="module")
def networks() -> FaceNetworks:
    return face_networks(find_model())


class Landmarker:
    """MediaPipe's own, which smooths where it follows one face, and nothing where it looks at stills or at two."""

    def __init__(self, faces: int, *, video: bool) -> None:
        tasks = mediapipe_tasks._mediapipe().tasks
        vision = tasks.vision
        modes = vision.RunningMode
        options = vision.FaceLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_path=str(find_model())),
            running_mode=modes.VIDEO if video else modes.IMAGE,
            num_faces=faces,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        with quiet_stderr():
            self.task = vision.FaceLandmarker.create_from_options(options)
        self._video, self._clock = video, 0

    def faces(self, image: Image) -> list[Face]:
        picture = mediapipe_tasks._picture(image)
        self._clock += 40
        result: Any = self.task.detect_for_video(picture, self._clock) if self._video else self.task.detect(picture)
        height, width = image.shape[:2]
        return [mediapipe_tasks._face(result, width, height, number) for number in range(len(result.face_landmarks))]


@pytest.fixture(scope="module")
def stills() -> Iterator[Landmarker]:
    opened = Landmarker(1, video=False)
    yield opened
    opened.task.close()


def _turned(degrees: float) -> Image:
    turn = cv2.getRotationMatrix2D((225, 125), degrees, 1.0)
    return cv2.warpAffine(data.astronaut(), turn, (512, 512), flags=cv2.INTER_CUBIC)


def _pictures() -> dict[str, Image]:
    image = data.astronaut()
    return {
        "whole": image,
        "tall, turned": _turned(-30)[:500, 100:380],
        "wide, turned": _turned(25)[20:260],
        "half": cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        "large": cv2.resize(image[:300, 100:400], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC),
        "over the edge": image[60:, 190:],
        "grey, dark": np.repeat((image.mean(axis=2, keepdims=True) * 0.4).astype(np.uint8), 3, axis=2),
    }


PICTURES = {name: np.ascontiguousarray(picture) for name, picture in _pictures().items()}
every_picture = pytest.mark.parametrize("image", PICTURES.values(), ids=PICTURES.keys())


def _size(points: Array) -> float:
    return float(np.ptp(points[:, :2], axis=0).max()) / 256


def _same_numbers(ours: Face, theirs: Face) -> None:
    assert np.abs(ours.blendshapes - theirs.blendshapes).max() < 0.002
    np.testing.assert_allclose(ours.pose[:3, :3], theirs.pose[:3, :3], atol=1e-4)
    np.testing.assert_allclose(ours.pose[:, 3], theirs.pose[:, 3], atol=0.0015)


@every_picture
def test_detections(networks: FaceNetworks, image: Image) -> None:
    """MediaPipe's detector cuts its boxes down to whole pixels."""
    theirs = mediapipe_tasks.FaceFinder(find_model(), 0.5).find(image)
    ours = networks.detector.find(image, 0.3)
    assert len(ours) == len(theirs) == 1
    assert ours[:, -1] == pytest.approx(theirs[:, -1], abs=1e-5)
    sizes = np.concatenate([ours[:, :2], ours[:, 2:4] - ours[:, :2]], axis=1)
    their_sizes = np.concatenate([theirs[:, :2], theirs[:, 2:4] - theirs[:, :2]], axis=1)
    assert np.trunc(np.clip(sizes, 0, None)) == pytest.approx(their_sizes)


@every_picture
def test_a_look_from_a_detection(networks: FaceNetworks, stills: Landmarker, image: Image) -> None:
    (theirs,) = stills.faces(image)
    ours = FaceMesh(networks).look(image)
    assert ours
    apart = np.abs(ours.points - theirs.points) / _size(theirs.points)
    assert apart[:, :2].max() < 0.04
    assert np.percentile(apart[:, :2], 95) < 0.0076
    assert apart[:, 2].max() < 0.024
    assert np.percentile(apart[:, 2], 95) < 0.0064
    _same_numbers(ours, theirs)


@every_picture
def test_blendshapes_and_pose_of_the_same_points(networks: FaceNetworks, stills: Landmarker, image: Image) -> None:
    (theirs,) = stills.faces(image)
    _same_numbers(networks.face(theirs.points, image.shape[1], image.shape[0]), theirs)


def test_a_look_from_the_points_of_the_picture_before(networks: FaceNetworks) -> None:
    landmarker = Landmarker(2, video=True)
    image = data.astronaut()[:260, 100:360]
    before: list[Face] = []
    for index in range(12):
        turn = cv2.getRotationMatrix2D((125, 125), 8 * np.sin(index / 3), 1 + 0.02 * index)
        moved = cv2.warpAffine(image, turn, (260, 260), flags=cv2.INTER_CUBIC)
        frame = np.ascontiguousarray(np.concatenate([moved, moved[:, ::-1]], axis=1))
        faces = landmarker.faces(frame)
        assert len(faces) == 2
        for last, theirs in zip(before, faces, strict=index > 0):
            ours = networks.points(frame, Region.of_points(last.points))
            assert ours is not None
            apart = np.abs(ours - theirs.points)[:, :2] / _size(theirs.points)
            assert apart.max() < 0.009, index
        before = faces
    landmarker.task.close()
