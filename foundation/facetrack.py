"""One face over time: what landmark backends give, stages keep and engines read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Array, apply_affine
from foundation.npy import BLOCK, NpyWriter, Rows
from foundation.schemes import IBUG_68, MEDIAPIPE_478, MOTION, SQUARE


@dataclass(frozen=True)
class Face:
    """One face in one picture.

    Attributes:
        points: (P, 3) float64; x, y in pixels of the picture, z in the same unit, towards the camera negative.
        scheme: what the point numbers mean: MEDIAPIPE_478, IBUG_68, SQUARE or MOTION.
        blendshapes: (52,) 0..1 in MediaPipe's order (0 is "_neutral"), or (0,) where the backend has none.
        pose: (4, 4) the head in metric space (cm; x right, y up, z to the camera), or identity where there is none.
    """

    points: Array
    scheme: str
    blendshapes: Array
    pose: Array

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the points."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def through(self, affine: Array) -> Face:
        """The same face in a crop: every point through the (2, 3) `affine`."""
        return replace(self, points=apply_affine(affine, self.points))


@dataclass(frozen=True)
class FaceTrack:
    """One face in N frames; a still picture is N = 1.

    Attributes:
        points: (N, P, 3) float32 or float64, as in Face; of a loaded track, float32, and rows of its file: index it by
            frames, a block at a time.
        found: (N,) bool; False where the face was bridged from its neighbours.
        blendshapes: (N, B) floats.
        pose: (N, 4, 4) float64.
        scheme: as in Face.
        size: (width, height) in pixels of the frames that the points are in.
        occluded: (N,) bool; True where something in front of the mouth hides it; empty: nowhere.
        inside: (N, 2) 0..1 of a face that is made up and nobody filmed: how high its tongue is, and how far its teeth
            are together; empty: it was filmed.
    """

    points: NDArray[np.floating]
    found: NDArray[np.bool_]
    blendshapes: NDArray[np.floating]
    pose: NDArray[np.floating]
    scheme: str
    size: tuple[int, int]
    occluded: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    inside: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))

    def __post_init__(self) -> None:
        if not len(self.occluded):
            object.__setattr__(self, "occluded", np.zeros(len(self.points), bool))

    def __len__(self) -> int:
        return len(self.points)

    @staticmethod
    def of(faces: Sequence[Face], size: tuple[int, int]) -> FaceTrack:
        """One face, found in every one of N frames of this (width, height)."""
        points, blendshapes, pose = (
            np.stack([getattr(face, name) for face in faces]) for name in ("points", "blendshapes", "pose")
        )
        return FaceTrack(points, np.ones(len(faces), bool), blendshapes, pose, faces[0].scheme, size)

    @property
    def filmed(self) -> bool:
        """Whether there are pixels of it."""
        return not len(self.inside)

    @property
    def shows_mouth(self) -> NDArray[np.bool_]:
        """(N,) where the face was found, and nothing is in front of its mouth."""
        return self.found & ~self.occluded

    def face(self, index: int) -> Face:
        """Frame `index` alone, in float64."""
        points, blendshapes, pose = (
            np.asarray(a[index], np.float64) for a in (self.points, self.blendshapes, self.pose)
        )
        return Face(points, self.scheme, blendshapes, pose)

    def through(self, affine: Array, size: tuple[int, int]) -> FaceTrack:
        """The same face in the coordinates of a crop: every point through the (2, 3) `affine`."""
        points = np.asarray(self.points)
        moved = apply_affine(affine, points.reshape(-1, 3).astype(np.float64)).reshape(points.shape)
        return replace(self, points=moved.astype(points.dtype), size=size)

    def save(self, folder: Path) -> None:
        """Write one .npy file a field into `folder` (made if missing), so that a reader can map it into memory."""
        folder.mkdir(exist_ok=True)
        np.save(folder / "points.npy", np.asarray(self.points, np.float32))
        np.save(folder / "found.npy", self.found)
        np.save(folder / "blendshapes.npy", self.blendshapes.astype(np.float32, copy=False))
        np.save(folder / "pose.npy", self.pose.astype(np.float64, copy=False))
        if not self.filmed:
            np.save(folder / INSIDE, self.inside.astype(np.float32, copy=False))
        about = {"scheme": self.scheme, "size": list(self.size)}
        (folder / "track.json").write_text(json.dumps(about), encoding="utf-8")

    @staticmethod
    def load(folder: Path, part: slice | None = None) -> FaceTrack:
        """The track that `save` wrote, or a part of its frames. Points stay on disk, and are read where looked at."""
        about = json.loads((folder / "track.json").read_text(encoding="utf-8"))
        every = slice(None) if part is None else part
        fields = {
            name: np.load(folder / f"{name}.npy", allow_pickle=False)[every] for name in FIELDS if name != "points"
        }
        for name in (OCCLUDED, INSIDE):
            if (folder / name).is_file():
                fields[Path(name).stem] = np.load(folder / name, allow_pickle=False)[every]
        points = cast(NDArray[np.floating], Rows(folder / "points.npy", part))  # indexed as an array is
        return FaceTrack(points, **fields, scheme=about["scheme"], size=(about["size"][0], about["size"][1]))


FIELDS = ("points", "found", "blendshapes", "pose")
OCCLUDED = "occluded.npy"
"""Beside those of FIELDS, where the mouth was looked at."""
INSIDE = "inside.npy"
"""Beside those of FIELDS, of a face that is made up."""


def transfer(
    source: Path, target: Path, indices: Sequence[int], affines: Sequence[Array], size: tuple[int, int]
) -> None:
    """Write the frames at `indices` of one saved track, in that order, repeats allowed, as another, block by block.

    Args:
        source, target: folders as in FaceTrack.save.
        affines: (2, 3) for each index, from the source's pixels to the target's.
        size: (width, height) of the target's frames.
    """
    target.mkdir(exist_ok=True)
    for name in FIELDS:
        rows = Rows(source / f"{name}.npy")
        with NpyWriter(target / f"{name}.npy", rows.dtype.type) as writer:
            for start in range(0, len(indices), BLOCK):
                block = rows[indices[start : start + BLOCK]]
                writer.append(_moved(block, affines[start : start + BLOCK]) if name == "points" else block)
    about = json.loads((source / "track.json").read_text(encoding="utf-8"))
    (target / "track.json").write_text(json.dumps(about | {"size": list(size)}), encoding="utf-8")


def _moved(block: NDArray[np.floating], affines: Sequence[Array]) -> NDArray[np.floating]:
    """(n, P, 3) points, each row through its affine; rows that share one go together."""
    moved = np.empty(block.shape)
    at = 0
    for _, same in groupby(affines, key=id):
        run = list(same)
        part = block[at : at + len(run)]
        moved[at : at + len(run)] = apply_affine(run[0], part.reshape(-1, 3).astype(np.float64)).reshape(part.shape)
        at += len(run)
    return moved


@dataclass(frozen=True)
class HeadFrame:
    """Where a head is in a picture, whatever the landmark scheme.

    Attributes:
        centre: (x, y) of the face oval.
        height: top of the forehead to the chin, pixels.
        roll: clockwise angle of the eye line, radians.
        spread: of several heads, how far the outermost centres lie apart, across and down, pixels; `centre` is then the
            middle between them and `height` that of the largest.
    """

    centre: tuple[float, float]
    height: float
    roll: float
    spread: tuple[float, float] = (0.0, 0.0)


def heads_together(heads: Sequence[HeadFrame]) -> HeadFrame:
    """Several heads of one picture as one place to look at."""
    centres = np.array([head.centre for head in heads])
    low, high = centres.min(axis=0), centres.max(axis=0)
    middle, spread = (low + high) / 2, high - low
    return HeadFrame(
        (float(middle[0]), float(middle[1])),
        max(head.height for head in heads),
        float(np.mean([head.roll for head in heads])),
        (float(spread[0]), float(spread[1])),
    )


def head_frame(points: NDArray[np.floating], scheme: str) -> HeadFrame:
    """Where the head is, from one face's (P, 3) points."""
    marks = HEAD_MARKS[scheme]
    xy = np.asarray(points[:, :2], np.float64)
    top, chin = xy[marks.top], xy[marks.chin]
    height = float(np.linalg.norm(top - chin)) * marks.stretch
    low, high = xy[list(marks.outline)].min(axis=0), xy[list(marks.outline)].max(axis=0)
    across = xy[marks.left_eye] - xy[marks.right_eye]
    centre = (low + high) / 2
    return HeadFrame((float(centre[0]), float(centre[1])), height, float(np.arctan2(across[1], across[0])))


@dataclass(frozen=True)
class _Marks:
    """Point numbers; left and right are the subject's own. `stretch`: top-chin to forehead-chin."""

    top: int
    chin: int
    right_eye: int
    left_eye: int
    outline: tuple[int, ...]
    stretch: float


HEAD_MARKS = {
    MEDIAPIPE_478: _Marks(10, 152, 33, 263, (10, 152, 234, 454), 1.0),
    # 68 points have no forehead: the brow-to-chin distance is about seven tenths of the face
    IBUG_68: _Marks(27, 8, 36, 45, (0, 8, 16, 19, 24), 1.45),
    SQUARE: _Marks(0, 3, 0, 1, (0, 1, 2, 3), 0.5),
    MOTION: _Marks(0, 3, 0, 1, (0, 1, 2, 3), 0.5),
}


def still(face: Face, size: tuple[int, int]) -> FaceTrack:
    """A track of one frame."""
    return FaceTrack(face.points[None], np.array([True]), face.blendshapes[None], face.pose[None], face.scheme, size)
