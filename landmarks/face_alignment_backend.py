"""The face-alignment package: S3FD finds faces, 2DFAN-4 gives 68 points each. No depth, blendshapes or pose.

Much slower than the default on a CPU. Its two networks (some 190 MB) lie in torch's cache folder; they are fetched
there at first use.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from foundation.facetrack import Face
from foundation.schemes import IBUG_68
from landmarks.base import Image, LandmarkBackend
from landmarks.download import download

STILL_SIDE = 1024
VIDEO_SIDE = 640
"""Pictures go to the detector at most this large: its time and memory grow with their area."""
SMALLEST_SIDE = 128
"""The detector halves its input six times; smaller pictures get a black margin."""


@dataclass(frozen=True)
class Weights:
    """A network's file; its name carries the first digits of its sha256, as torch.hub names files."""

    file: str
    sha256: str
    max_bytes: int

    @property
    def url(self) -> str:
        return f"https://www.adrianbulat.com/downloads/python-fan/{self.file}"

    @property
    def path(self) -> Path:
        return Path(torch.hub.get_dir()) / "checkpoints" / self.file


WEIGHTS = (
    Weights("s3fd-619a316812.pth", "619a316812", 128 << 20),
    Weights("2DFAN4-11f355bf06.pth.tar", "11f355bf06", 128 << 20),
)


def fetch_weights() -> None:
    """Have both networks in torch's cache folder.

    Raises: InputError if one is missing and cannot be downloaded; it names the file and where to get it.
    """
    for weights in WEIGHTS:
        if not weights.path.is_file():
            download(
                weights.url,
                weights.path,
                sha256=weights.sha256,
                max_bytes=weights.max_bytes,
                what=f"the face-alignment network {weights.file}",
                cure=f"download {weights.url} to that place, or choose landmarks: litert",
            )


class FaceAlignmentBackend(LandmarkBackend):
    """68 points (iBUG), x and y only; runs on CUDA where torch has it."""

    name = "face_alignment"
    scheme = IBUG_68
    points = 68

    def __init__(self) -> None:
        fetch_weights()
        import face_alignment  # noqa: PLC0415  (slow, and of no use without the weights)

        self._network: Any = face_alignment.FaceAlignment(
            face_alignment.LandmarksType.TWO_D,
            device="cuda" if torch.cuda.is_available() else "cpu",
            flip_input=False,
            compile=False,
        )

    def detect(self, image: Image, limit: int = 8) -> list[Face]:
        return self._faces(image, STILL_SIDE, limit)

    def follow(self, image: Image, seconds: float, limit: int = 4) -> list[Face]:
        return self._faces(image, VIDEO_SIDE, limit)

    def close(self) -> None:
        self._network = None

    def _faces(self, image: Image, longest: int, limit: int) -> list[Face]:
        height, width = image.shape[:2]
        scale = min(1.0, longest / max(height, width))
        shown = image
        if scale < 1:
            size = max(1, round(width * scale)), max(1, round(height * scale))
            shown = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        below, right = (max(0, SMALLEST_SIDE - length) for length in shown.shape[:2])
        if below or right:
            shown = cv2.copyMakeBorder(shown, 0, below, 0, right, cv2.BORDER_CONSTANT)
        with torch.inference_mode():
            rows = self._network.face_detector.detect_from_image(shown)
            whole = np.array([width, height, width, height], np.float64)
            inside = (np.clip(np.asarray(row[:4], np.float64) / scale, 0, whole) for row in rows)
            boxes = sorted((box for box in inside if _area(box) > 0), key=lambda box: -_area(box))[:limit]
            if not boxes:
                return []
            found = self._network.get_landmarks_from_image(image, detected_faces=boxes)
        return [_face(points) for points in found]


def _area(box: Any) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _face(points: Any) -> Face:
    flat = np.asarray(points, np.float64)
    solid = np.concatenate([flat, np.zeros((len(flat), 1))], axis=1)
    return Face(solid, IBUG_68, np.zeros(0), np.eye(4))
