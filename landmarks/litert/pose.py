"""The head's pose from 478 points, by MediaPipe's Face Geometry: a canonical face fitted in front of a camera."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet

from foundation.geometry import Array, Similarities

Value = TypeVar("Value", int, bytes)
FIELD_OF_VIEW = math.radians(63)
"""From the picture's lower edge to the upper one."""
_MESH, _BASIS = 1, 2
"""Fields of GeometryPipelineMetadata: the canonical mesh, and each point that decides the pose."""
_VERTICES = 3
"""Field of Mesh3d: five floats a vertex, x, y, z in cm first."""
_POINT, _WEIGHT = 1, 2
"""Fields of WeightedLandmarkRef."""
_SKIN = 468
"""The points without the irises."""


class PoseSolver:
    """Fits the canonical face by 33 weighted points.

    Args:
        metadata: the model file's geometry_pipeline_metadata_landmarks.binarypb, a GeometryPipelineMetadata.
    """

    def __init__(self, metadata: bytes) -> None:
        (mesh,) = _values(metadata, _MESH, bytes)
        basis = _values(metadata, _BASIS, bytes)
        self._points = [_values(each, _POINT, int)[0] for each in basis]
        weights = _floats([_values(each, _WEIGHT, int)[0] for each in basis])
        self._canonical = Similarities(_floats(_values(mesh, _VERTICES, int)).reshape(-1, 5)[self._points, :3], weights)

    def pose(self, points: Array, width: int, height: int) -> Array:
        """(4, 4), of one size in all directions: canonical face to a camera at the origin, cm, y up, z to the camera.

        Args:
            points: (478, 3) in pixels of a picture of this size.
        """
        wide, high = self._near(width, height)
        p = points[self._points] / (width, height, width) * (wide, high, wide)
        p = np.stack([p[:, 0] - wide / 2, high / 2 - p[:, 1], p[:, 2]], axis=1)
        depth = float(points[:_SKIN, 2].mean()) / width * wide

        def metric(scale: float) -> Array:
            z = (p[:, 2] - depth + 1) / scale
            return np.stack([p[:, 0] * z, p[:, 1] * z, -z], axis=1)

        first = self._canonical.scale(p * (1, 1, -1))
        scale, rotation, place = self._canonical.onto(metric(first * self._canonical.scale(metric(first))))
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = scale * rotation, place
        return pose

    @staticmethod
    def _near(width: int, height: int) -> tuple[float, float]:
        """Width and height of what the camera sees at distance 1."""
        high = 2 * math.tan(FIELD_OF_VIEW / 2)
        return high * width / height, high


def _values(message: bytes, number: int, kind: type[Value]) -> list[Value]:
    """What a protobuf message has in the field of that number, as it is written: a float as the int of its 32 bits."""
    read = Empty()
    read.ParseFromString(message)
    return [
        field.data for field in UnknownFieldSet(read) if field.field_number == number and isinstance(field.data, kind)
    ]


def _floats(bits: list[int]) -> Array:
    return np.array(bits, np.uint32).view(np.float32).astype(np.float64)
