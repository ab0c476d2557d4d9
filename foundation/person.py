"""Whom a picture shows, told from what is behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Image


@dataclass(frozen=True)
class Person:
    """The person of a portrait, told from what is behind.

    Attributes:
        opacity: (H, W) uint8, how much of each pixel is the person.
        behind: (H, W, 3) uint8 RGB, the portrait without it; where none is, bit for bit.
    """

    opacity: NDArray[np.uint8]
    behind: Image
