"""Watches the mouth while a clip is written: where something hides it, its landmarks are bridged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from face.bridging import REACH, Gap
from face.occlusion import occluded, read_mouth
from face.steadying import spans
from foundation.facetrack import OCCLUDED, FaceTrack
from foundation.geometry import Array, Box, Image
from foundation.npy import NpyWriter, Rows
from foundation.schemes import MEDIAPIPE_478
from foundation.shots import Shot

BRIDGED_SECONDS = Fraction(1, 4)
"""From each end of a time in which the mouth is hidden, so much is made up; twice that is bridged as a whole."""


class MouthWatch:
    """Looks at the frames of a clip as they are written, and judges them when all are known.

    Only faces of 478 landmarks are watched; of others, nothing is ever said to be hidden.

    Args:
        folder: the clip's track, as FaceTrack.save writes it; `finish` changes its points, and says there what is
            hidden.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "looks.npy"
        self._track = FaceTrack.load(folder)
        self._writer = NpyWriter(self._file, np.uint8) if self._track.scheme == MEDIAPIPE_478 else None
        self._frames = 0

    def look(self, image: Image) -> None:
        """The next frame, (H, W, 3) uint8 RGB."""
        self.take(self.seen(lambda box: image[box.slices], self._frames)[None])

    def seen(self, part: Callable[[Box], Image], frame: int) -> NDArray[np.uint8]:
        """(P, 3) what `take` takes of a frame with this number; empty where nothing is watched.

        Args:
            part: gives the frame's pixels in a box.
        """
        if self._writer is None:
            return np.zeros((0, 3), np.uint8)
        return read_mouth(part, self._track.size, self._track.points[frame])

    def take(self, looks: NDArray[np.uint8]) -> None:
        """What was seen of the next frames."""
        if self._writer is not None:
            self._writer.append(looks)
        self._frames += len(looks)

    def finish(self, shots: Sequence[Shot], fps: Fraction) -> NDArray[np.bool_]:
        """(N,) where the mouth is hidden, of the parts of the clip in which the face is seen."""
        hidden = np.zeros(self._frames, bool)
        if self._writer is None:
            return hidden
        self._writer.close()
        for shot in (shot for shot in shots if shot.seen):
            own = slice(shot.start, shot.stop)
            hidden[own] = occluded(Rows(self._file, own))
            for start, stop in runs(hidden[own]):
                self._bridge(own, start + shot.start, stop + shot.start, fps)
        np.save(self._folder / OCCLUDED, hidden)
        return hidden

    def _bridge(self, shot: slice, start: int, stop: int, fps: Fraction) -> None:
        """Make up the mouth in the frames `start` up to `stop`, of a shot that may begin or end with them."""
        points: NDArray[np.floating] = np.lib.format.open_memmap(self._folder / "points.npy", mode="r+")
        measured = np.array(points[start:stop])
        before = _face(points, start - 1) if start > shot.start else None
        after = _face(points, stop) if stop < shot.stop else None
        like = _face(measured, 0) if before is None else before
        gap = Gap(stop - start, max(1.0, float(BRIDGED_SECONDS * fps)), before, after, like)
        for span in spans(stop - start):
            first, last = max(0, span.start - REACH), min(stop - start, span.stop + REACH)
            made = gap.bridged(np.asarray(measured[first:last], np.float64), np.arange(first, last) + 1.0)
            points[start + span.start : start + span.stop] = made[span.start - first : span.stop - first]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
            self._file.unlink(missing_ok=True)


def _face(points: NDArray[np.floating], index: int) -> Array:
    return np.asarray(points[index], np.float64)


def runs(hidden: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[start, stop) of each run of True."""
    found, at = [], 0
    for value, same in groupby(hidden.tolist()):
        stop = at + len(list(same))
        found += [(at, stop)] if value else []
        at = stop
    return found
