"""The landmark network and what follows from its points: blendshapes, pose, and where to look next."""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array
from foundation.schemes import MEDIAPIPE_478
from landmarks.base import Image
from landmarks.litert.detector import Detector
from landmarks.litert.network import Network
from landmarks.litert.pose import PoseSolver
from landmarks.litert.regions import Region, sampled

SIDE = 256
PRESENCE = 0.5
"""The network's least certainty that it sees a face."""
SHARED = 0.5
"""As in Detector.find, where one face is looked for in its cut-out."""
# fmt: off
SCORED = np.array((
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80, 81,
    82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153, 154,
    155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263,
    267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321,
    323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387,
    388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478),
))
"""The points that blendshapes are computed from."""
# fmt: on


@dataclass(frozen=True)
class FaceNetworks:
    """The networks of a model file. They remember nothing; any number of threads may use them."""

    detector: Detector
    mesh: Network
    blendshapes: Network
    solver: PoseSolver

    def points(self, image: Image, region: Region) -> Array | None:
        """(478, 3) points, pixels, of the face in the region; None if there is none."""
        shown = sampled(image, region, SIDE, cv2.BORDER_REPLICATE)
        raw, presence, *_ = self.mesh((shown * np.float32(1 / 255))[None])
        if presence.item() <= math.log(PRESENCE / (1 - PRESENCE)):
            return None
        points = region.placed(raw.reshape(-1, 3).astype(np.float64) / SIDE)
        height, width = image.shape[:2]
        # MediaPipe measures the region's upper edge in parts of the picture, so that in one that is not square a
        # turned face gets another depth; the pose is defined by it
        points[:, 2] *= math.hypot(math.cos(region.angle), math.sin(region.angle) * width / height)
        return points

    def face(self, points: Array, width: int, height: int) -> Face:
        """The face of which these points are, in a picture of this size."""
        (scores,) = self.blendshapes(points[None, SCORED, :2].astype(np.float32))
        return Face(points, MEDIAPIPE_478, scores.astype(np.float64), self.solver.pose(points, width, height))


@cache
def face_networks(model: Path) -> FaceNetworks:
    """The networks of the face_landmarker.task file, opened once a process."""
    with zipfile.ZipFile(model) as bundle:
        return FaceNetworks(
            Detector(Network(bundle.read("face_detector.tflite"))),
            Network(bundle.read("face_landmarks_detector.tflite")),
            Network(bundle.read("face_blendshapes.tflite")),
            PoseSolver(bundle.read("geometry_pipeline_metadata_landmarks.binarypb")),
        )


class FaceMesh:
    """Follows one face: looks where it was in the picture before, else for the surest one."""

    def __init__(self, networks: FaceNetworks) -> None:
        self._networks = networks
        self._next: Region | None = None

    def look(self, image: Image, times: int = 1) -> Face | None:
        """The face of `image`, after so many looks at it: each starts from where the one before found the face.

        The first look after `forget` starts from a coarse detection; the points settle with the second and third.
        """
        height, width = image.shape[:2]
        points = None
        for _ in range(times):
            region = self._next.scaled(width, height) if self._next else self._detected(image)
            points = None if region is None else self._networks.points(image, region)
            # kept in parts of the picture: the next one may have another size
            self._next = None if points is None else Region.of_points(points).scaled(1 / width, 1 / height)
        return None if points is None else self._networks.face(points, width, height)

    def forget(self) -> None:
        """Start anew: the next look detects."""
        self._next = None

    def _detected(self, image: Image) -> Region | None:
        found = self._networks.detector.find(image, SHARED)
        return Region.of_detection(found[0]) if len(found) else None
