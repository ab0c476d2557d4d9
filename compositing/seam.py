"""Where a moved crop meets the still picture that it is pasted into: bent, and brought to its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.carrying import Flow, back, flow, lightness, pixels, sampled
from compositing.masks import Mask
from foundation.geometry import Image


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
Level = TypeVar("Level", np.uint8, np.float32)
_COARSE = 2
"""What is spread so widely is spread on so many fewer pixels a side."""


class Seam:
    """Makes a moved crop meet the still one where the mask fades. Found out on a small picture, see FLOW_SIDE.

    Attributes:
        step: pixels of the crop for one of the small picture, across and down.

    Args:
        own: the crop of the still picture.
        mask: of the crop.
        height: of the face, pixels of the crop.
    """

    def __init__(self, own: Image, mask: Mask, height: float, *, match_color: bool) -> None:
        self._gray = lightness(own)
        rows, columns = self._gray.shape
        self.step = own.shape[1] / columns, own.shape[0] / rows
        self._height, self._there = height / self.step[1], pixels(self._gray.shape)
        self._own, shows = self._small(own), self._small(mask)
        rim = (mask > 0) & (mask < 1)
        self._rim = cv2.merge([self._small(rim.astype(np.float32))] * 3)
        self._stays = cv2.merge([1 - shows if rim.any() else np.zeros_like(shows)] * 2)
        self._shows = cv2.merge([(shows > 0).astype(np.float32)] * 2)
        self._reach = self._spread(self._rim) + np.float32(1e-4) if match_color and rim.any() else None

    def _small(self, image: NDArray[Level]) -> NDArray[Level]:
        small = cv2.resize(image, self._gray.shape[::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(small, image.dtype)

    def met(self, moved: Image) -> tuple[Image, Flow, Flow]:
        """The moved crop in the still one's colours; how far off each pixel is to be taken from it, so that its edge is
        bent; and where the still crop's pixels go in it. (h, w, 2) both, of the small picture and in its pixels.
        """
        small = self._small(moved)
        gone = flow(self._gray, lightness(small), LIMITS.smooth * self._height)
        bend = cv2.multiply(self._limited(gone), self._stays)
        return (moved if self._reach is None else self._matched(moved, small, bend)), bend, gone

    def come(self, bend: Flow, gone: Flow) -> Flow:
        """(h, w, 2) how far from where they are the pixels of the bent crop come from: nowhere, where it does not show.

        Args:
            bend, gone: see `met`.
        """
        come = cv2.add(bend, sampled(back(gone, self._there), cv2.add(self._there, bend)))
        return np.asarray(cv2.multiply(come, self._shows), np.float32)

    def _limited(self, gone: Flow) -> Flow:
        """What to add to a position, at the edge of the mask, to take the motion back; none of it too far."""
        length = cv2.magnitude(*cv2.split(gone))
        most = np.float32(LIMITS.max_bend * self._height)
        share = np.minimum(1, most / np.maximum(length, np.float32(1e-6)))
        return np.asarray(cv2.multiply(gone, cv2.merge([share] * 2)), np.float32)

    def _matched(self, moved: Image, small: Image, bend: Flow) -> Image:
        """What the colours at the edge need, carried inwards smoothly."""
        bent = cv2.remap(small, cv2.add(self._there, bend), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        missing = self._spread(cv2.multiply(cv2.subtract(self._own, bent, dtype=cv2.CV_32F), self._rim))
        shift = np.clip(cv2.divide(missing, self._reach), -LIMITS.max_shift, LIMITS.max_shift)
        return np.asarray(cv2.add(moved, cv2.resize(shift, moved.shape[1::-1]), dtype=cv2.CV_8U), np.uint8)

    def _spread(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """A wide Gaussian, at a fraction of the size."""
        size = max(1, image.shape[1] // _COARSE), max(1, image.shape[0] // _COARSE)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        sigma = max(LIMITS.spread * self._height / _COARSE, 0.3)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
