"""MediaPipe's two face models behind two small classes; the only module that touches the library."""

from __future__ import annotations

import weakref
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array
from foundation.schemes import MEDIAPIPE_478
from landmarks.base import Image
from landmarks.quiet import quiet_stderr

CLOCK_STEP_MS = 100_000
"""Time between two pictures as MediaPipe is given it. Its landmark filter (One Euro) smooths over real time and makes
the mouth lag; seen from so far apart, two pictures are not mixed, and only the region of interest is carried over."""

_BLANK = np.zeros((64, 64, 3), np.uint8)


@cache
def _mediapipe() -> Any:
    """The library, imported when a backend is opened."""
    import mediapipe  # noqa: PLC0415  (heavy)

    return mediapipe


def _picture(image: Image) -> Any:
    mp = _mediapipe()
    # MediaPipe reads the buffer as it lies, without regard to the array's strides
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image))


def _close(task: Any) -> None:
    """Free a MediaPipe task that nobody holds any more, at the latest when the interpreter ends.

    By then its thread pool takes no more work, and the library's own __del__ would fail aloud over the open handle.
    """
    try:
        task.close()
    except RuntimeError:
        task._handle = None


class FaceFinder:
    """BlazeFace, short range: finds faces of about a fifth of the picture's side and up.

    Args:
        model: the face_landmarker.task file, whose detector this is.
    """

    def __init__(self, model: Path, confidence: float) -> None:
        tasks = _mediapipe().tasks
        vision = tasks.vision
        with zipfile.ZipFile(model) as bundle:
            network = bundle.read("face_detector.tflite")
        options = vision.FaceDetectorOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=network), min_detection_confidence=confidence
        )
        with quiet_stderr():
            self._task = vision.FaceDetector.create_from_options(options)
            weakref.finalize(self, _close, self._task)
            self.find(_BLANK)

    def find(self, image: Image) -> Array:
        """(N, 5): x0, y0, x1, y1 in pixels, score 0..1; brows to chin, ear to ear."""
        found = self._task.detect(_picture(image)).detections
        rows = [
            (b.origin_x, b.origin_y, b.origin_x + b.width, b.origin_y + b.height, d.categories[0].score)
            for d in found
            for b in [d.bounding_box]
        ]
        return np.array(rows, np.float64).reshape(-1, 5)


class FaceMesh:
    """The landmark network for one face. Looks where the face was in the picture before, else detects one.

    2 to 3 % of the last look's points stay in the next one's: what is left of One Euro, CLOCK_STEP_MS apart.
    """

    def __init__(self, model: Path) -> None:
        tasks = _mediapipe().tasks
        vision = tasks.vision
        options = vision.FaceLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_path=str(model)),
            running_mode=vision.RunningMode.VIDEO,
            num_faces=1,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        self._clock = 0
        with quiet_stderr():
            self._task = vision.FaceLandmarker.create_from_options(options)
            weakref.finalize(self, _close, self._task)
            self.forget()

    def look(self, image: Image, times: int = 1) -> Face | None:
        """The face of `image`, after so many looks at it: each starts from where the one before found the face.

        The first look after `forget` starts from a coarse detection; the points settle with the second and third.
        """
        picture, face = _picture(image), None
        height, width = image.shape[:2]
        for _ in range(times):
            self._clock += CLOCK_STEP_MS
            result = self._task.detect_for_video(picture, self._clock)
            face = _face(result, width, height, 0) if result.face_landmarks else None
        return face

    def forget(self) -> None:
        """Start anew: the next look detects."""
        self.look(_BLANK)


def _face(result: Any, width: int, height: int, number: int) -> Face:
    """Face `number` of a FaceLandmarkerResult; z comes in picture widths."""
    points = np.array([(p.x, p.y, p.z) for p in result.face_landmarks[number]], np.float64) * (width, height, width)
    blendshapes = np.array([category.score for category in result.face_blendshapes[number]], np.float64)
    pose = np.array(result.facial_transformation_matrixes[number], np.float64)
    return Face(points, MEDIAPIPE_478, blendshapes, pose)
