"""Pictures without colours of their own: black and white, sepia. What is drawn into them has none, either."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Image

STRAYS = 0.0005
"""Share of the pixels that may be off. It is less than two eyes, which alone may have been left their colour."""
OFF = 20.0
"""Levels that a pixel may be off its tone: JPEG keeps colour coarsely where light changes."""
RANGE = 64
"""Levels between dark and light from which a picture without colours can be told from one that is only dark."""
COARSE = 4
"""Pixels in each direction that are looked at as one, so that grain and JPEG's blocks count less."""


@dataclass(frozen=True)
class Tint:
    """What colour each lightness has in a picture. `table`: (256, 3) uint8 RGB."""

    table: NDArray[np.uint8]

    @staticmethod
    def of(image: Image) -> Tint | None:
        """The tint of a picture in which lightness alone decides the colour; None if it has colours.

        Args:
            image: (H, W, 3) uint8 RGB.
        """
        size = (max(1, image.shape[1] // COARSE), max(1, image.shape[0] // COARSE))
        pixels = cv2.resize(image, size, interpolation=cv2.INTER_AREA).reshape(1, -1, 3)
        light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).ravel()
        low, high = np.percentile(light, (1, 99))
        count = np.bincount(light, minlength=256)
        levels = np.flatnonzero(count)
        channels = [np.bincount(light, pixels[0, :, n], minlength=256)[levels] / count[levels] for n in range(3)]
        means = np.stack([np.interp(np.arange(256), levels, channel) for channel in channels], axis=1)
        off = np.abs(pixels[0] - means[light]).max(axis=1)
        grey = pixels.max(axis=2) == pixels.min(axis=2)
        if not grey.all() and (np.quantile(off, 1 - STRAYS) > OFF or high - low < RANGE):
            return None
        return Tint(np.rint(_beyond(means, levels)).astype(np.uint8))

    def __call__(self, image: Image) -> Image:
        """(H, W, 3) uint8 RGB with the lightness of each pixel, and the tint's colour for it."""
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        return np.asarray(cv2.LUT(cv2.merge([grey, grey, grey]), self.table[None]), np.uint8)


def _beyond(means: NDArray[np.float64], levels: NDArray[np.intp]) -> NDArray[np.float64]:
    """The same, with levels darker and lighter than any in the picture: its ends, shaded to black and to white."""
    level = np.arange(256.0)[:, None]
    first, last = int(levels[0]), int(levels[-1])
    dark = means[first] * np.minimum(level / max(first, 1), 1)
    light = 255 - (255 - means[last]) * np.minimum((255 - level) / max(255 - last, 1), 1)
    return np.where(level < first, dark, np.where(level > last, light, means))
