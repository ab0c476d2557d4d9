"""Opacity on its way to the result: frames of four channels, colours multiplied by their opacity, mix like light."""

from __future__ import annotations

import cv2
import numpy as np

from foundation.geometry import Image
from media.video.sequence import FrameSequence


def spread_colours(picture: Image, opacity: Image) -> Image:
    """The picture with the nearest colour that shows wherever nothing does.

    What moves drags its surroundings along: they must look like the head's edge, not like a backdrop.

    Args:
        picture: (H, W, 3), colours not multiplied by the opacity.
        opacity: (H, W).
    """
    hidden = opacity == 0
    if not hidden.any() or hidden.all():
        return picture
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415  (slow to import, for pictures with opacity)

    rows, columns = distance_transform_edt(hidden, return_distances=False, return_indices=True)
    return np.ascontiguousarray(picture[rows, columns])


def with_opacity(picture: Image, opacity: Image | None) -> Image:
    """(H, W, 4): the colours times the opacity, and the opacity; None: all of it shows."""
    if opacity is None:
        return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    light = cv2.multiply(picture, cv2.merge([opacity] * 3), scale=1 / 255)
    return np.dstack([np.asarray(light, np.uint8), opacity])


def over(upper: Image, lower: Image) -> Image:
    """One frame of four channels above another (Porter and Duff, 1984)."""
    through = 255 - upper[:, :, 3]
    return np.asarray(cv2.add(upper, cv2.multiply(lower, cv2.merge([through] * 4), scale=1 / 255)), np.uint8)


def straight(frame: Image) -> Image:
    """(H, W, 4) with the colours no longer multiplied: what codecs and other programs expect."""
    opacity = np.maximum(frame[:, :, 3:], 1).astype(np.float32)
    colours = np.minimum(np.rint(frame[:, :, :3] * (255 / opacity)), 255).astype(np.uint8)
    return np.dstack([colours, frame[:, :, 3]])


class OpacityFrames:
    """Frames of a sequence, with four channels, as in `with_opacity`.

    Args:
        opacity: (H, W) of every frame; None: all of it shows.
    """

    def __init__(self, frames: FrameSequence, opacity: Image | None) -> None:
        self._frames, self._opacity = frames, opacity

    def clamped(self, index: int) -> int:
        """The frame that asking for `index` gives."""
        return self._frames.clamped(index)

    def __getitem__(self, index: int) -> Image:
        """(H, W, 4) uint8."""
        return with_opacity(self._frames[index], self._opacity)
