"""One face over time: what landmark backends give, stages keep and engines read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Array, apply_affine

MEDIAPIPE_478 = "mediapipe-478"
IBUG_68 = "ibug-68"


@dataclass(frozen=True)
class Face:
    """One face in one picture.

    Attributes:
        points: (P, 3) float64; x, y in pixels of the picture, z in the same unit, towards the camera negative.
        scheme: what the point numbers mean: MEDIAPIPE_478 or IBUG_68.
        blendshapes: (52,) 0..1 in MediaPipe's order (0 is "_neutral"), or (0,) where the backend has none.
        pose: (4, 4) the head in metric space (cm; x right, y up, z to the camera), or identity where there is none.
    """

    points: Array
    scheme: str
    blendshapes: Array
    pose: Array

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the points."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True)
class FaceTrack:
    """One face in N frames; a still picture is N = 1.

    Attributes:
        points: (N, P, 3) float64, as in Face.
        found: (N,) bool; False where the face was bridged from its neighbours.
        blendshapes: (N, B) float64. pose: (N, 4, 4) float64.
        scheme: as in Face. size: (width, height) in pixels of the frames that the points are in.
    """

    points: NDArray[np.float64]
    found: NDArray[np.bool_]
    blendshapes: NDArray[np.float64]
    pose: NDArray[np.float64]
    scheme: str
    size: tuple[int, int]

    def __len__(self) -> int:
        return len(self.points)

    def face(self, index: int) -> Face:
        return Face(self.points[index], self.scheme, self.blendshapes[index], self.pose[index])

    def take(self, indices: list[int]) -> FaceTrack:
        """The frames at `indices`, in that order, repeats allowed."""
        return replace(
            self,
            points=self.points[indices],
            found=self.found[indices],
            blendshapes=self.blendshapes[indices],
            pose=self.pose[indices],
        )

    def through(self, affine: Array, size: tuple[int, int]) -> FaceTrack:
        """The same face in the coordinates of a crop: every point through the (2, 3) `affine`."""
        flat = apply_affine(affine, self.points.reshape(-1, 3))
        return replace(self, points=flat.reshape(self.points.shape), size=size)

    def save(self, path: Path) -> None:
        """Write as .npz (compressed; no pickles)."""
        fields: dict[str, Any] = {
            "points": self.points.astype(np.float32),
            "found": self.found,
            "blendshapes": self.blendshapes.astype(np.float32),
            "pose": self.pose,
            "scheme": np.array(self.scheme),
            "size": np.array(self.size),
        }
        np.savez_compressed(path, **fields)

    @staticmethod
    def load(path: Path) -> FaceTrack:
        with np.load(path, allow_pickle=False) as data:
            return FaceTrack(
                points=data["points"].astype(np.float64),
                found=data["found"],
                blendshapes=data["blendshapes"].astype(np.float64),
                pose=data["pose"],
                scheme=str(data["scheme"]),
                size=(int(data["size"][0]), int(data["size"][1])),
            )


def still(face: Face, size: tuple[int, int]) -> FaceTrack:
    """A track of one frame."""
    return FaceTrack(face.points[None], np.array([True]), face.blendshapes[None], face.pose[None], face.scheme, size)
