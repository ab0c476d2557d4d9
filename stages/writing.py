"""Frames and how much of them is the person, as stages write them for stages.artifacts.Frames to read."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import cv2

from foundation.geometry import Image
from media.video.tile_kernels import compiles
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, OPACITY, TILED


class OpacityWriter(FrameWriter):
    """Writes OPACITY into a stage's folder; arguments, errors: as FrameWriter."""

    def __init__(self, out: Path, *, size: tuple[int, int], fps: Fraction) -> None:
        super().__init__(out / OPACITY, size=size, fps=fps)

    def tell(self, opacity: Image) -> None:
        """Append (H, W) how much of each pixel is the person, 0 to 255."""
        self.write(cv2.merge([opacity] * 3))


class FramesWriter(ExitStack):
    """Writes FRAMES, or TILED of a still picture where the machine can, into a stage's folder, and OPACITY.

    Args:
        out: the folder.
        size: (width, height) in pixels.
        fps: the exact rate.
        opacity: whether OPACITY is written; without, what is told of it is not kept.
        still: (H, W, 3) the picture of which a part moves; None: all of it does.
    Raises:
        StageError: as FrameWriter.
    """

    def __init__(
        self, out: Path, *, size: tuple[int, int], fps: Fraction, opacity: bool, still: Image | None = None
    ) -> None:
        super().__init__()
        tiled = still if still is not None and compiles() else None
        path = out / (FRAMES if tiled is None else TILED)
        self._frames = self.enter_context(FrameWriter(path, size=size, fps=fps, still=tiled))
        self._told = self.enter_context(OpacityWriter(out, size=size, fps=fps)) if opacity else None

    @property
    def frames(self) -> int:
        """How many were written."""
        return self._frames.frames

    def write(self, frame: Image, opacity: Image | None = None) -> None:
        """Append a frame, (H, W, 3), and (H, W) how much of each of its pixels is the person, where that is told."""
        self._frames.write(frame)
        if self._told is not None and opacity is not None:
            self._told.tell(opacity)
