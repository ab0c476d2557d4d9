"""Face shapes with the head's pose removed: centred on the stable points, upright, frontal, in face heights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face.topology import CHIN, FOREHEAD, STABLE, TEMPLES
from foundation.facetrack import Face
from foundation.geometry import Array, umeyama

IMAGE_FROM_METRIC = np.diag([1.0, -1.0, -1.0])
"""Metric space has y up and z towards the camera; pictures have both the other way round."""
_stable = list(STABLE)


def face_height(points: NDArray[np.float64]) -> float:
    """Landmark 10 to 152 in the points' unit, at least a thousandth of it."""
    return max(float(np.linalg.norm(points[FOREHEAD] - points[CHIN])), 1e-3)


def head_rotation(face: Face) -> Array:
    """(3, 3): canonical to picture, x right, y down, z away from the camera."""
    linear = face.pose[:3, :3]
    if np.isfinite(linear).all() and np.abs(linear - np.eye(3) * linear[0, 0]).max() > 1e-9:
        u, _, vt = np.linalg.svd(linear)
        rotation: Array = IMAGE_FROM_METRIC @ (u @ vt) @ IMAGE_FROM_METRIC
        return rotation
    return _rotation_of_points(face.points)


def _rotation_of_points(points: Array) -> Array:
    """The pose read off the points alone: temples give x, forehead to chin gives y."""
    across = points[TEMPLES[1]] - points[TEMPLES[0]]
    down = points[CHIN] - points[FOREHEAD]
    x = across / max(float(np.linalg.norm(across)), 1e-9)
    y = down - x * (down @ x)
    y /= max(float(np.linalg.norm(y)), 1e-9)
    return np.stack([x, y, np.cross(x, y)], axis=1)


@dataclass(frozen=True)
class Frame:
    """Where a head is: picture = centre + height * rotation @ canonical."""

    rotation: Array
    centre: Array
    height: float

    @staticmethod
    def of(face: Face) -> Frame:
        return Frame.at(head_rotation(face), face.points)

    @staticmethod
    def at(rotation: Array, points: Array) -> Frame:
        """Of (478, 3) points whose rotation is known."""
        return Frame(rotation, points[_stable].mean(axis=0), face_height(points))

    def canonical(self, points: Array) -> Array:
        """(..., 3) picture points in canonical space."""
        return ((points - self.centre) @ self.rotation) / self.height

    def picture(self, shape: Array) -> Array:
        """(..., 3) canonical points in the picture."""
        return (shape * self.height) @ self.rotation.T + self.centre


@dataclass(frozen=True)
class Poses:
    """The similarity that takes each of N faces onto the reference face's pose.

    Attributes:
        scale: (N,).
        rotation: (N, 3, 3).
        shift: (N, 3): reference ~ scale * rotation @ points + shift.
    """

    scale: Array
    rotation: Array
    shift: Array

    @staticmethod
    def between(points: Array, reference: Array) -> Poses:
        """Fitted on the stable points of (N, 478, 3) `points` and (478, 3) `reference`."""
        scales, rotations, shifts = [], [], []
        for face in points:
            source = face[_stable]
            if float(np.ptp(source, axis=0).max()) < 1e-9:
                scale, rotation, shift = 1.0, np.eye(3), np.zeros(3)
            else:
                scale, rotation, shift = umeyama(source, reference[_stable])
            scales.append(max(scale, 1e-6))
            rotations.append(rotation)
            shifts.append(shift)
        return Poses(np.array(scales), np.reshape(rotations, (-1, 3, 3)), np.reshape(shifts, (-1, 3)))

    @staticmethod
    def joined(parts: list[Poses]) -> Poses:
        """One after the other."""
        fields = [[getattr(part, name) for part in parts] for name in ("scale", "rotation", "shift")]
        return Poses(*(np.concatenate(field) for field in fields))

    def remove(self, points: Array, span: slice) -> Array:
        """`points` (n, P, 3) of the frames `span`, moved into the reference's pose."""
        turned = np.matmul(points, self.rotation[span].transpose(0, 2, 1))
        return turned * self.scale[span, None, None] + self.shift[span, None, :]

    def restore(self, points: Array, span: slice) -> Array:
        """The inverse of `remove`."""
        level = (points - self.shift[span, None, :]) / self.scale[span, None, None]
        return np.asarray(np.matmul(level, self.rotation[span]))
