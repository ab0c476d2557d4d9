"""What stays in front of a face that moves: a microphone, a hand, a veil; a picture that is transparent elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from foundation.errors import InputError
from foundation.geometry import Box, Image
from media.image.images import has_opacity, picture_size, read_image_alpha

SAME = 12.0
"""Mean difference, in levels, up to which what is in front counts as cut out of the portrait itself."""
RIM = 0.012
"""Face heights around it that still show it in the portrait: edges are soft."""
NEAR = 0.02
"""Face heights from which what is behind it is made up."""


@dataclass(frozen=True)
class Front:
    """A picture as large as the portrait, or as a part of it.

    Attributes:
        colours: (h, w, 3) uint8 RGB, not multiplied by the opacity.
        opacity: (h, w) uint8; where it is 0, what is behind shows bit for bit.
    """

    colours: Image
    opacity: Image

    def over(self, image: Image) -> Image:
        """(h, w, 3) with this above it (Porter and Duff, 1984)."""
        share = self.opacity.astype(np.float32) * np.float32(1 / 255)
        laid = np.asarray(cv2.blendLinear(self.colours, image, share, 1 - share), np.uint8)
        np.copyto(laid, image, where=(self.opacity == 0)[:, :, None])
        return laid

    def part(self, box: Box) -> Front:
        """What of it lies in the box."""
        return Front(np.ascontiguousarray(self.colours[box.slices]), np.ascontiguousarray(self.opacity[box.slices]))

    def resized(self, size: tuple[int, int]) -> Front:
        """Shrunk to (width, height); colours count as far as they are opaque."""
        light = cv2.multiply(self.colours, cv2.merge([self.opacity] * 3), scale=1 / 255, dtype=cv2.CV_32F)
        shrunk = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
        opacity = np.asarray(cv2.resize(self.opacity, size, interpolation=cv2.INTER_AREA), np.uint8)
        share = np.maximum(opacity, 1).astype(np.float32)[:, :, None] * np.float32(1 / 255)
        return Front(np.clip(np.rint(shrunk / share), 0, 255).astype(np.uint8), opacity)

    def without(self, picture: Image, height: float) -> Image:
        """The picture without what is cut out of it, as far as it can be guessed: what moves must not drag it along.

        A picture that does not show it, or only behind a veil, stays as it is.

        Args:
            height: of the face, pixels.
        """
        solid = self.opacity > 127
        if not solid.any() or float(np.abs(self.colours[solid].astype(np.float32) - picture[solid]).mean()) > SAME:
            return picture
        reach = 2 * max(1, round(RIM * height)) + 1
        hole = cv2.dilate(solid.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        return np.asarray(cv2.inpaint(picture, hole, max(2.0, NEAR * height), cv2.INPAINT_TELEA), np.uint8)


def check_front(path: Path, size: tuple[int, int]) -> None:
    """Whether a file can stay in front of a portrait of (width, height) pixels, by its header.

    Raises:
        InputError: it is no picture, has another size, or no opacity.
    """
    width, height = picture_size(path)
    if (width, height) != size:
        told = f"is {width} x {height} pixels, and the portrait {size[0]} x {size[1]}"
        raise InputError(told, file=path, cure="cut it out of the portrait without changing the size of the picture")
    if not has_opacity(path):
        told = "has no transparency: it would hide the whole portrait"
        raise InputError(told, file=path, cure="save it as PNG with an alpha channel, 0 wherever the portrait shows")


def read_front(path: Path, size: tuple[int, int]) -> Front:
    """The picture.

    Raises:
        InputError: as check_front; or all of it is opaque, or transparent.
    """
    check_front(path, size)
    colours, opacity = read_image_alpha(path)
    if opacity is None or int(opacity.min()) == 255:
        cure = "make it transparent wherever the portrait shows"
        raise InputError("is opaque everywhere: it would hide the whole portrait", file=path, cure=cure)
    if not opacity.any():
        raise InputError("is transparent everywhere: it shows nothing", file=path, cure="remove composite.in_front")
    return Front(colours, opacity)


def laid_over(image: Image, fronts: Sequence[Front]) -> Image:
    """The image with all of them above it, the last one uppermost."""
    for front in fronts:
        image = front.over(image)
    return image
