"""Frames on their way to the encoder: the text is laid over them, and what has changed is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compositing.opacity import over, straight
from compositing.scene import WITH_OPACITY
from compositing.text_overlay import Layer
from foundation.geometry import Box, Image
from media.video.writer import FrameWriter


class Lettered:
    """Writes frames with text on them."""

    def __init__(self, writer: FrameWriter) -> None:
        self._writer = writer
        self._last: list[Box] = []

    def write(self, frame: Image, layer: Layer | None, changed: Sequence[Box] | None) -> None:
        """Write the frame with the text on it; the frame itself stays as it is: scenes go on drawing on it.

        Args:
            changed: the parts in which it may differ from the one before, without text; None: everywhere.
        """
        if frame.shape[2] == WITH_OPACITY:
            self._writer.write(straight(frame if layer is None else _with_text(frame, layer)))
            return
        text = [] if layer is None else [layer.box]
        parts = None if changed is None else [*changed, *self._last, *text]
        self._last = text
        if layer is None:
            self._writer.write(frame, parts)
            return
        part = frame[layer.box.slices]
        before = part.copy()
        part[:] = layer.over(frame)
        self._writer.write(frame, parts)
        part[:] = before


def _with_text(frame: Image, layer: Layer) -> Image:
    """A copy of a frame with opacity, with the text on it."""
    text = np.dstack([layer.light, 255 - layer.through[:, :, 0]])
    copy = frame.copy()
    copy[layer.box.slices] = over(text, copy[layer.box.slices])
    return copy
