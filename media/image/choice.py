"""Which of a file's pictures is meant: no thumbnail, the largest page, a frame that shows something."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2, TiffImageFile

from foundation.errors import InputError

MOST_PAGES = 1000
MOST_FRAMES = 32
"""Of an animation that are looked at for one that shows something."""
LARGEST_SIZE = 100_000_000
"""Pixels that are decoded for that at most."""

# TIFF 6.0, TIFF/EP (ISO 12234-2) and DNG 1.7
_KIND, _WIDTH, _HEIGHT, _PHOTOMETRIC, _PARTS, _DNG = 254, 256, 257, 262, 330, 50706
_SENSOR = (32803, 34892)
"""Values of _PHOTOMETRIC: a colour filter array, linear raw values."""
_REDUCED = 1
_RAW = (b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM", b"II*\0\x10\0\0\0CR")
"""How raw files of Panasonic, Olympus, Fujifilm, Sigma, Minolta and Canon begin."""
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How TIFF begins, and BigTIFF."""


def refuse_raw(path: Path) -> None:
    """Refuse a camera's raw file, of which only a preview could be read.

    Raises: InputError.
    """
    with path.open("rb") as file:
        head = file.read(16)
        raw = head.startswith(_RAW) or head[4:12] == b"ftypcrx "
        if head[:4] in _TIFF and not raw:
            # who reads the picture reports what is damaged
            with suppress(OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, struct.error):
                raw = _holds_raw(file, head if b"+" in head[:4] else head[:8])
    if raw:
        told = "it is a camera's raw file, of which only a preview can be read"
        raise InputError(told, file=path, cure="develop it: export it as TIFF, PNG or JPEG")


def turn_to_largest_page(image: Image.Image) -> None:
    """Of a TIFF with several pages, show the first of the largest."""
    if not isinstance(image, TiffImageFile) or not getattr(image, "is_animated", False):
        return
    best, most = 0, 0
    for page in range(MOST_PAGES):
        try:
            image.seek(page)
        except EOFError:
            break
        if image.width * image.height > most:
            best, most = page, image.width * image.height
    image.seek(best)


def turn_to_shown_frame(image: Image.Image) -> None:
    """Of an animation, show the first frame that is more than one colour all over; where there is none, the first."""
    if image.format in ("TIFF", "HEIF") or not getattr(image, "is_animated", False):
        return
    frames = min(MOST_FRAMES, LARGEST_SIZE // (image.width * image.height))
    for frame in range(frames):
        try:
            image.seek(frame)
        except EOFError:
            break
        if not _blank(image):
            return
    image.seek(0)


def _blank(image: Image.Image) -> bool:
    extrema = cast(tuple[tuple[int, int], ...], image.convert("RGBA").getextrema())
    return extrema[3][1] == 0 or all(low == high for low, high in extrema[:3])


def _holds_raw(file: BinaryIO, head: bytes) -> bool:
    """Whether the first page, or a picture that hangs on it, is what a sensor saw; or it is small beside that one."""
    page = ImageFileDirectory_v2(head)
    _load(page, file, page.next)
    parts = []
    offsets = page.get(_PARTS, ())
    for offset in (offsets if isinstance(offsets, tuple) else (offsets,))[:MOST_PAGES]:
        parts.append(ImageFileDirectory_v2(head))
        _load(parts[-1], file, offset)
    seen = _DNG in page or any(each.get(_PHOTOMETRIC) in _SENSOR for each in (page, *parts))
    return seen or (bool(page.get(_KIND, 0) & _REDUCED) and any(_size(part) > _size(page) for part in parts))


def _load(page: ImageFileDirectory_v2, file: BinaryIO, offset: int) -> None:
    file.seek(offset)
    page.load(file)


def _size(page: ImageFileDirectory_v2) -> int:
    return int(page.get(_WIDTH, 0) * page.get(_HEIGHT, 0))
