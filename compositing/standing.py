"""A person cut out of a portrait, before something else: with its own light, and at its edge some of what is behind."""

from __future__ import annotations

import cv2
import numpy as np

from compositing.behind import passing
from foundation.geometry import Image
from media.video.sequence import FrameSequence

WRAP, REACH, COARSE = 0.4, 0.012, 4
"""Light wrap: the share of the background's light that an edge takes at most; how far inwards, of the picture's longer
side; and on how much smaller a picture it is found."""


def cut_out(picture: Image, opacity: Image, behind: Image) -> Image:
    """(H, W, 4) the person alone: its light times its opacity, without what shines through at its edge.

    Args:
        picture: (H, W, 3).
        opacity: (H, W) how much of each pixel is the person.
        behind: (H, W, 3) the picture without the person.
    """
    through = cv2.multiply(behind, cv2.merge([255 - opacity] * 3), scale=1 / 255)
    light = cv2.min(cv2.subtract(picture, through), cv2.merge([opacity] * 3))
    return np.dstack([np.asarray(light, np.uint8), opacity])


def before(person: Image, behind: Image) -> Image:
    """(H, W, 3) the person before what is behind it, which shines a little around its edge.

    Args:
        person: (H, W, 4) what `cut_out` gives.
        behind: (H, W, 3).
    """
    height, width = behind.shape[:2]
    size = max(1, width // COARSE), max(1, height // COARSE)
    sigma = max(0.5, REACH * max(height, width) / COARSE)
    opacity = person[:, :, 3]
    around = cv2.GaussianBlur(cv2.resize(255 - opacity, size, interpolation=cv2.INTER_AREA), (0, 0), sigma)
    wall = cv2.GaussianBlur(cv2.resize(behind, size, interpolation=cv2.INTER_AREA), (0, 0), 2 * sigma)
    wrapped = cv2.multiply(cv2.resize(around, (width, height)), opacity, scale=WRAP / 255)
    laid = cv2.add(person[:, :, :3], cv2.multiply(behind, cv2.merge([255 - opacity] * 3), scale=1 / 255))
    share = wrapped.astype(np.float32) * np.float32(1 / 255)
    return np.asarray(cv2.blendLinear(cv2.resize(wall, (width, height)), laid, share, 1 - share), np.uint8)


class Standing:
    """The frames of a person who is cut out, with four channels.

    Args:
        frames: of the part of the portrait that moves.
        opacities: as many: where the person is in them.
        behind: (H, W, 3) that part without the person; None: it moves, and is guessed in each frame.
        fronts: (H, W) how much of each pixel stays in front of it, and shows whatever is behind; None: nothing does.
    """

    def __init__(
        self, frames: FrameSequence, opacities: FrameSequence, behind: Image | None = None, fronts: Image | None = None
    ) -> None:
        self._frames, self._opacities, self._behind, self._fronts = frames, opacities, behind, fronts

    def clamped(self, index: int) -> int:
        """The frame that asking for `index` gives."""
        return self._frames.clamped(index)

    def __getitem__(self, index: int) -> Image:
        """(H, W, 4) uint8."""
        opacity = np.ascontiguousarray(self._opacities[index][:, :, 0])
        if self._fronts is not None:
            np.maximum(opacity, self._fronts, out=opacity)
        return cut_out(self._frames[index], opacity, self.bare(index))

    def bare(self, index: int) -> Image:
        """(H, W, 3) the frame without the person."""
        if self._behind is not None:
            return self._behind
        return passing(self._frames[index], np.ascontiguousarray(self._opacities[index][:, :, 0]))
