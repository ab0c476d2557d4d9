"""Pixels laid over a picture. NumPy takes several times as long a pixel where a share has no channels of its own."""

from __future__ import annotations

import cv2
import numpy as np

from face.color import Pixels
from foundation.geometry import Image


def in_channels(share: Pixels) -> Pixels:
    """(h, w, 3) of (h, w): the same in each channel."""
    return np.asarray(cv2.merge([share] * 3))


def over(under: Pixels, pixels: Pixels, share: Pixels) -> Pixels:
    """(h, w, 3) a share, (h, w), of the pixels over others."""
    mixed = pixels - under
    mixed *= in_channels(share)
    mixed += under
    return mixed


def lay(out: Image, pixels: Pixels) -> None:
    """Write (h, w, 3) pixels into a part of a picture."""
    np.copyto(out, np.clip(pixels, 0, 255), casting="unsafe")
