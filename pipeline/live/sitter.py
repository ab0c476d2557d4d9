"""The portrait that is moved: in the size in which it is shown, cut around its face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from compositing.backdrop import blurred
from compositing.paste import Paste
from compositing.style import PasteStyle
from engines.base import Portrait
from engines.plugin import CropSpec
from face.tint import Tint
from foundation.crop import CropInfo
from foundation.errors import InputError
from foundation.facetrack import Face, HeadFrame, head_frame
from foundation.geometry import Box, Image
from foundation.layout import view
from media.image.images import read_image
from stages.crop_files import inner_edges
from stages.portrait.crop import cut

FACE = 256
"""Pixels from forehead to chin of a portrait that nobody asks in another size; smaller ones stay as they are."""
STYLE = PasteStyle(feather=0.16, match_color=True, match_grain=True)
Find = Callable[[Image], list[Face]]
"""Every face of a picture, largest first."""


@dataclass(frozen=True)
class Sitter:
    """A portrait, ready to move.

    Attributes:
        picture: (H, W, 3) uint8 RGB, all that is shown, at rest; both sides are even.
        portrait: the part of it that is moved.
        faces: how many it shows; the largest moves.
    """

    picture: Image
    portrait: Portrait
    faces: int
    _box: Box
    _paste: Paste
    _tint: Tint | None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of what is shown."""
        return self.picture.shape[1], self.picture.shape[0]

    def shown(self, moved: Image) -> Image:
        """The picture with its moved part, which is as large as the portrait's image."""
        picture = self.picture.copy()
        picture[self._box.slices] = self._paste(self._tint(moved) if self._tint else moved)
        return picture


def seated(path: Path, find: Find, spec: CropSpec, size: tuple[int, int] | None) -> Sitter:
    """The portrait of a file.

    Args:
        spec: of the engine that moves it.
        size: (width, height) of what is shown, even; None: as large as the portrait is, its face at most FACE pixels.
    Raises:
        InputError: it is no picture, or shows no face.
    """
    whole = read_image(path)
    faces = _found(whole, find, path)
    picture = _fitted(whole, _head(faces[0]), size)
    face = _found(picture, find, path)[0]
    affine, box, image = cut(picture, face.points, _head(face), spec, [])
    shown = picture.shape[1], picture.shape[0]
    native = spec.size is None
    info = CropInfo(affine, box, (image.shape[1], image.shape[0]), native, inner_edges(box, shown, native=native))
    portrait = Portrait(image, face.through(affine), info.inner_edges)
    paste = Paste(np.ascontiguousarray(picture[box.slices]), info, portrait.face, STYLE)
    return Sitter(picture, portrait, len(faces), box, paste, Tint.of(image))


def _found(picture: Image, find: Find, path: Path) -> list[Face]:
    faces = find(picture)
    if not faces:
        raise InputError("no face was found", file=path, cure="choose a picture where a human face is visible")
    return faces


def _head(face: Face) -> HeadFrame:
    return head_frame(face.points, face.scheme)


def _fitted(picture: Image, head: HeadFrame, size: tuple[int, int] | None) -> Image:
    """The picture in the size in which it is shown, as a scene of its own shows it."""
    height, width = picture.shape[:2]
    if size is None:
        scale = min(1.0, FACE / head.height)
        wide, tall = (max(2, round(side * scale) // 2 * 2) for side in (width, height))
        return np.asarray(cv2.resize(picture, (wide, tall), interpolation=cv2.INTER_AREA), np.uint8)
    seen = view((width, height), size, head)
    canvas = blurred(picture, size)
    target = seen.target.width, seen.target.height
    kind = cv2.INTER_AREA if seen.window.width > target[0] else cv2.INTER_CUBIC
    canvas[seen.target.slices] = cv2.resize(picture[seen.window.slices], target, interpolation=kind)
    return canvas
