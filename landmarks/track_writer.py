"""Write one face's track as it is found, gaps bridged: memory does not grow with the clip."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face
from foundation.npy import NpyWriter

_TYPES: dict[str, type[np.generic]] = {
    "points": np.float32,
    "found": np.bool_,
    "blendshapes": np.float32,
    "pose": np.float64,
}


def between(before: Face, after: Face, part: float) -> Face:
    """The face `part` (0..1) of the way from one to the other: points and blendshapes straight, the head turned."""
    points, blendshapes, pose = (
        (1 - part) * a + part * b
        for a, b in ((before.points, after.points), (before.blendshapes, after.blendshapes), (before.pose, after.pose))
    )
    pose[:3, :3] = _nearest_rotation(pose[:3, :3]) * (
        (1 - part) * _scale(before.pose[:3, :3]) + part * _scale(after.pose[:3, :3])
    )
    return Face(points, before.scheme, blendshapes, pose)


def _scale(linear: NDArray[np.float64]) -> float:
    return float(np.cbrt(abs(np.linalg.det(linear))))


def _nearest_rotation(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    u, _, vt = np.linalg.svd(linear)
    u[:, -1] *= np.sign(np.linalg.det(u @ vt))
    rotation: NDArray[np.float64] = u @ vt
    return rotation


class TrackWriter:
    """Frames come in one after the other; `folder` then holds what foundation.facetrack.FaceTrack.load reads.

    A gap is bridged when the face is back; before the first face the first stands still, after the last the last, and
    so it does on both sides of where `still` was called.

    Attributes:
        frames: written so far.
        found: frames with a face.
        longest_gap: the longest run of frames without.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self._files: dict[str, NpyWriter] = {}
        self._last: Face | None = None
        self._apart = False
        self.gap = 0
        self.frames = self.found = self.longest_gap = 0

    def add(self, face: Face | None) -> None:
        """The next frame's face, or None where there is none."""
        if face is None:
            self.gap += 1
            self.longest_gap = max(self.longest_gap, self.gap)
            return
        before = face if self._last is None or self._apart else self._last
        for step in range(self.gap):
            self._put(between(before, face, (step + 1) / (self.gap + 1)), found=False)
        self._put(face, found=True)
        self._last, self._apart, self.gap = face, False, 0

    def still(self) -> None:
        """Bridge nothing across this place: the last face stands still up to it, the next one from it on."""
        if self._last is not None and not self._apart:
            self._fill(self._last)
            self._apart = True

    def finish(self, size: tuple[int, int]) -> None:
        """Write the end: `size` is the (width, height) of the frames. At least one face must have been added."""
        if self._last is None:
            raise ValueError("a track without a face")
        self._fill(self._last)
        self.close()
        about = {"scheme": self._last.scheme, "size": list(size)}
        (self._folder / "track.json").write_text(json.dumps(about), encoding="utf-8")

    def _fill(self, face: Face) -> None:
        for _ in range(self.gap):
            self._put(face, found=False)
        self.gap = 0

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, face: Face, *, found: bool) -> None:
        row = {"points": face.points, "found": np.array(found), "blendshapes": face.blendshapes, "pose": face.pose}
        for name, value in row.items():
            if name not in self._files:
                self._files[name] = NpyWriter(self._folder / f"{name}.npy", _TYPES[name])
            self._files[name].append(value[None])
        self.frames += 1
        self.found += found
