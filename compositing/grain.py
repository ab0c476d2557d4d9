"""A picture's grain: measured on the face where it is flat, and laid on what has been resampled out of all grain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Image


@dataclass(frozen=True, kw_only=True)
class GrainStyle:
    """How grain is measured and given back. Set by looks: of frames at full size.

    Attributes:
        flat: the share of a face, the flattest, 0..1, in which its grain is measured: elsewhere detail would be taken
            for it.
        least: levels below which nobody sees grain.
        most: levels beyond which it is craquelure, which has a shape of its own.
        share: how much of it is given back, 0..1: too little is overlooked, too much is not.
        size: sigma of a grain, pixels.
    """

    flat: float = 0.4
    least: float = 0.4
    most: float = 6.0
    share: float = 0.7
    size: float = 0.6


STYLE = GrainStyle()

SEED = 20221
_PER_MAD = 1.4826  # standard deviation of a normal distribution over its median absolute deviation


@dataclass(frozen=True)
class Grain:
    """Grain to be added, (h, w, 1), in levels."""

    noise: NDArray[np.float32]

    @staticmethod
    def lost(picture: Image, through: Image, face: NDArray[np.bool_], number: int) -> Grain | None:
        """The grain that `picture` had before it became `through`; None if it is too little to see.

        Args:
            face: (h, w) where to measure it.
            number: of the frame: another one gives other grain of the same strength, the same one the same.
        """
        levels = _lost_levels(picture, through, face)
        if levels < STYLE.least:
            return None
        random = np.random.default_rng((SEED, number))
        noise = cv2.GaussianBlur(random.standard_normal(picture.shape[:2], np.float32), (0, 0), STYLE.size)
        noise *= STYLE.share * min(levels, STYLE.most) / float(noise.std())
        return Grain(np.asarray(noise[:, :, None], np.float32))

    def onto(self, image: Image, mask: NDArray[np.float32]) -> Image:
        """The picture with the grain where the mask, (h, w, 1), is above 0."""
        return np.asarray(cv2.add(image, cv2.merge([self.noise * mask] * 3), dtype=cv2.CV_8U), np.uint8)


def _lost_levels(picture: Image, through: Image, face: NDArray[np.bool_]) -> float:
    """Standard deviation of what is missing in `through`, in levels, where the face is flat."""
    if not face.any():
        return 0.0
    before, after = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) for image in (picture, through))
    smooth = cv2.GaussianBlur(before, (0, 0), 2.0)
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))[face]
    missing = (before - after)[face][slope <= np.quantile(slope, STYLE.flat)]
    return _PER_MAD * float(np.median(np.abs(missing - np.median(missing))))
