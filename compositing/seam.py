"""Where a moved crop meets the still picture that it is pasted into: bent, and brought to its colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.carrying import Flow, back, flow, lightness, pixels, sampled
from compositing.masks import Mask
from foundation.geometry import Image
from media.image.linear import to_linear


@dataclass(frozen=True, kw_only=True)
class SeamLimits:
    """How far a network's crop is bent and coloured to meet its picture. Lengths are in face heights. Set by looks.

    Attributes:
        max_shift: levels that colour matching corrects at most: more is a change of light that the driver meant.
        spread: how far a difference of colour at the edge is carried inwards.
        max_bend: nothing is bent further.
        smooth: over which the bending is evened out.
    """

    max_shift: float = 24.0
    spread: float = 0.4
    max_bend: float = 0.12
    smooth: float = 0.03


LIMITS = SeamLimits()
_COARSE = 8
"""What is spread so widely is spread on so many fewer pixels a side."""


class Seam:
    """Makes a moved crop meet the still one where the mask fades.

    Args:
        own: the crop of the still picture.
        mask: of the crop.
        height: of the face, pixels of the crop.
    """

    def __init__(self, own: Image, mask: Mask, height: float, *, match_color: bool) -> None:
        self._own, self._gray, self._match = own, lightness(own), match_color
        self._height, rows = height, self._gray.shape[0]
        self._small = height * rows / own.shape[0]
        self.step = own.shape[1] / self._gray.shape[1], own.shape[0] / rows
        rim = ((mask > 0) & (mask < 1)).astype(np.float32)
        self._any, self._rim, self._bends = bool(rim.any()), cv2.merge([rim] * 3), cv2.merge([1 - mask] * 2)
        self._reach = self._spread(self._rim) + np.float32(1e-4)
        self._here, self._there = pixels(own.shape[:2]), pixels(self._gray.shape)
        shows = cv2.resize(mask, self._gray.shape[1::-1], interpolation=cv2.INTER_AREA)
        self._stays, self._shows = cv2.merge([1 - shows] * 2), cv2.merge([(shows > 0).astype(np.float32)] * 2)

    def flow(self, moved: Image) -> Flow:
        """(h, w, 2) where the still crop's pixels go in the moved one; both `step` times smaller, across and down."""
        return flow(self._gray, lightness(moved), LIMITS.smooth * self._small)

    def __call__(self, moved: Image, gone: Flow) -> NDArray[np.float32]:
        """(H, W, 3) linear light, in the crop's pixels.

        Args:
            gone: see `flow`.
        """
        if not self._any:
            return to_linear(moved)
        bend = cv2.resize(self._limited(gone) * np.array(self.step, np.float32), moved.shape[1::-1])
        field = cv2.add(self._here, cv2.multiply(bend, self._bends))
        bent = np.asarray(cv2.remap(moved, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        return to_linear(self._matched(bent) if self._match else bent)

    def come(self, gone: Flow) -> Flow:
        """(h, w, 2) how far from where they are the pixels of the bent crop come from: nowhere, where it does not show.

        Args:
            gone: see `flow`.
        """
        bend = cv2.multiply(self._limited(gone), self._stays)
        come = cv2.add(bend, sampled(back(gone, self._there), cv2.add(self._there, bend)))
        return np.asarray(cv2.multiply(come, self._shows), np.float32)

    def _limited(self, gone: Flow) -> Flow:
        """What to add to a position, at the edge of the mask, to take the motion back; none of it too far."""
        length = cv2.magnitude(*cv2.split(gone))
        most = np.float32(LIMITS.max_bend * self._small)
        share = np.minimum(1, most / np.maximum(length, np.float32(1e-6)))
        return np.asarray(cv2.multiply(gone, cv2.merge([share] * 2)), np.float32)

    def _matched(self, bent: Image) -> Image:
        """What the colours at the edge need, carried inwards smoothly."""
        missing = self._spread(cv2.multiply(cv2.subtract(self._own, bent, dtype=cv2.CV_32F), self._rim))
        shift = np.clip(cv2.divide(missing, self._reach), -LIMITS.max_shift, LIMITS.max_shift)
        return np.asarray(cv2.add(bent, cv2.resize(shift, bent.shape[1::-1]), dtype=cv2.CV_8U), np.uint8)

    def _spread(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """A wide Gaussian, at a fraction of the size."""
        size = max(1, image.shape[1] // _COARSE), max(1, image.shape[0] // _COARSE)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        sigma = max(LIMITS.spread * self._height / _COARSE, 0.3)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
