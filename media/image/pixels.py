"""Many kinds of pixels as 8-bit sRGB, a strip of the picture at a time: memory stays near the picture's own size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from media.image.coded import Coding, to_srgb

Rgb = NDArray[np.uint8]
ROWS = 256
"""Of a strip."""


def strips(image: Image.Image, coding: Coding | None = None) -> Iterator[tuple[int, Rgb]]:
    """(first row, (h, W, 3) or, where it is transparent, (h, W, 4) uint8 in sRGB) from top to bottom.

    Args:
        image: loaded. An embedded colour profile is applied; one that does not fit is ignored, as browsers do.
        coding: what its values mean instead.
    """
    to_rgb = _ToSrgb(None if coding else image.info.get("icc_profile"))
    for top in range(0, image.height, ROWS):
        part = image.crop((0, top, image.width, min(image.height, top + ROWS)))
        pixels = np.asarray(to_rgb(_to_eight_bits(part)))
        yield top, _decoded(pixels, coding) if coding else pixels


def _decoded(pixels: Rgb, coding: Coding) -> Rgb:
    """(h, W, 3 or 4); what is behind the colours stays."""
    return np.concatenate([to_srgb(pixels[..., :3], coding), pixels[..., 3:]], axis=2)


def is_transparent(image: Image.Image) -> bool:
    """Whether it says of its pixels, or of a colour, how much they cover."""
    return "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa", "RGBA")


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture in a mode of 8 bits a channel: L, LA, RGB, RGBA or CMYK."""
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_scaled(np.asarray(image)))
    if is_transparent(image):
        return image.convert("LA" if image.mode in ("L", "LA", "La") else "RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _scaled(values: NDArray[Any]) -> Rgb:
    """Grey values of more than 8 bits as 8: whole numbers span 0..65535, fractions 0..1."""
    if np.issubdtype(values.dtype, np.floating):
        finite = np.nan_to_num(values.astype(np.float64))
        scaled = np.rint(np.clip(finite, 0, 1) * 255)
    else:
        scaled = (np.clip(values, 0, 65535).astype(np.uint32) + 128) // 257
    return np.asarray(scaled, np.uint8)


class _ToSrgb:
    """Brings pictures of one profile to RGB or RGBA in sRGB."""

    def __init__(self, profile: bytes | None) -> None:
        self._profile = _read_profile(profile)
        self._transform: ImageCms.ImageCmsTransform | None = None

    def __call__(self, image: Image.Image) -> Image.Image:
        if image.mode == "LA":
            grey, opacity = image.split()
            laid = self(grey)
            laid.putalpha(opacity)
            return laid
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        if self._profile is not None and self._profile.profile.xcolor_space.strip() == _SPACES[image.mode]:
            try:
                if image.mode == "L":
                    return self._greys(image, self._profile)
                return self._converted(image, self._profile, mode)
            except (ImageCms.PyCMSError, OSError):
                self._profile = None
        return image.convert(mode)

    def _converted(self, image: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
        if self._transform is None:
            exact = ImageCms.Flags.NOOPTIMIZE if image.mode == "L" else ImageCms.Flags.NONE
            self._transform = ImageCms.buildTransform(profile, _srgb(), image.mode, mode, flags=exact)
        return ImageCms.applyTransform(image, self._transform) or image.convert(mode)

    def _greys(self, image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
        """By a table of 256: LittleCMS's own for grey is too coarse where it is dark, and without one it is slow."""
        levels = self._converted(Image.fromarray(np.arange(256, dtype=np.uint8)[None]), profile, "RGB")
        return Image.fromarray(np.asarray(levels)[0][np.asarray(image)])


_SPACES = {"L": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}
"""Colour spaces of profiles (ICC.1, 7.2.6), by the mode of the pictures that they are for."""


def _read_profile(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
    except (ImageCms.PyCMSError, OSError):
        return None


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
