"""Face shapes with the head's pose removed: centred on the stable points, upright, frontal, in face heights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face.topology import CHIN, FOREHEAD, STABLE, TEMPLES
from foundation.facetrack import Face
from foundation.geometry import Array, umeyama_each

IMAGE_FROM_METRIC = np.diag([1.0, -1.0, -1.0])
"""Metric space has y up and z towards the camera; pictures have both the other way round."""
_stable = list(STABLE)


def face_height(points: NDArray[np.float64]) -> float:
    """Landmark 10 to 152 in the points' unit, at least a thousandth of it."""
    return max(float(np.linalg.norm(points[FOREHEAD] - points[CHIN])), 1e-3)


def head_rotation(face: Face) -> Array:
    """(3, 3): canonical to picture, x right, y down, z away from the camera."""
    return head_rotations(face.pose[None], lambda _: face.points)[0]


def head_rotations(poses: NDArray[np.floating], points: Callable[[int], Array]) -> Array:
    """(n, 3, 3) the same of n faces.

    Args:
        poses: (n, 4, 4), as in Face.
        points: gives those of a face, (478, 3), where its pose says nothing.
    """
    linear = np.asarray(poses[:, :3, :3], np.float64)
    told = np.asarray(np.isfinite(linear).all(axis=(1, 2)))
    known = linear[told]
    told[told] = np.abs(known - np.eye(3) * known[:, :1, :1]).max(axis=(1, 2)) > 1e-9
    rotations = np.empty(linear.shape)
    u, _, vt = np.linalg.svd(linear[told])
    rotations[told] = IMAGE_FROM_METRIC @ (u @ vt) @ IMAGE_FROM_METRIC
    for number in np.flatnonzero(~told).tolist():
        rotations[number] = _rotation_of_points(points(number))
    return rotations


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
        sources = points[:, _stable]
        flat = np.ptp(sources, axis=1).max(axis=1) < 1e-9
        scale, shift = np.ones(len(points)), np.zeros((len(points), 3))
        rotation = np.tile(np.eye(3), (len(points), 1, 1))
        if not flat.all():
            scale[~flat], rotation[~flat], shift[~flat] = umeyama_each(sources[~flat], reference[_stable])
        return Poses(np.maximum(scale, 1e-6), rotation, shift)

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
