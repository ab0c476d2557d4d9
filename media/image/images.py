"""Pictures in and out: whatever a phone, a scanner or a painter's program wrote becomes uint8 RGB, upright, in sRGB."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from foundation.atomic import check_writable, replacing
from foundation.errors import InputError
from foundation.limits import Limit
from media.files.checks import check_file, check_size, is_text, most_pixels
from media.image.choice import refuse_raw, turn_to_largest_page, turn_to_shown_frame
from media.image.coded import Coding, coding_of
from media.image.pixels import Rgb, is_transparent, strips

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "TGA", "AVIF", "HEIF", "JPEG2000")
# what Pillow's readers raise over damaged files; RuntimeError comes from libavif
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, RuntimeError),
    *(struct.error, zlib.error),
)
_JPEG_QUALITY = 85
_PACKED = {"compress_level": 1, "compress_type": zlib.Z_RLE}
"""Half the time of zlib's level 3 on portraits, and a tenth less room."""
_ORIENTATION = 0x0112  # EXIF

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)  # the picture itself, and all its tiles


def read_image(path: Path) -> Rgb:
    """A picture, upright (EXIF orientation obeyed), as (H, W, 3) uint8 RGB in sRGB.

    Grey, palette, CMYK, 16-bit and float pictures are converted; where the picture is transparent, it is white
    (`read_image_alpha` keeps the transparency). Of several pages the largest is taken, of an animation the first frame
    that shows something.

    Raises: InputError if the file is missing, is no picture, is a camera's raw file, is damaged, or is larger than 200
        megapixels.
    """
    with _upright(path) as (image, coding):
        rgb = np.empty((image.height, image.width, 3), np.uint8)
        for top, strip in strips(image, coding):
            rgb[top : top + len(strip)] = strip if strip.shape[2] == 3 else _on_white(strip)
    return rgb


def read_image_alpha(path: Path) -> tuple[Rgb, Rgb | None]:
    """As `read_image`, with the opacity kept apart.

    Returns: (H, W, 3) uint8 colours, not multiplied by the opacity, and (H, W) uint8 opacity, None if there is none.
    """
    opacity: Rgb | None = None
    with _upright(path) as (image, coding):
        rgb = np.empty((image.height, image.width, 3), np.uint8)
        for top, strip in strips(image, coding):
            rgb[top : top + len(strip)] = strip[..., :3]
            if strip.shape[2] == 4:
                opacity = np.empty(rgb.shape[:2], np.uint8) if opacity is None else opacity
                opacity[top : top + len(strip)] = strip[..., 3]
    return rgb, opacity


def read_gray(path: Path) -> Rgb:
    """A picture of one channel, as `write_png` wrote it: (H, W) uint8.

    Raises: InputError if the file is missing or damaged.
    """
    with _opened(path) as opened:
        return np.array(opened.convert("L"))


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) of a picture as `read_image` gives it, from its header alone.

    Raises: InputError as `read_image`, for what the header tells.
    """
    with _opened(path) as opened:
        width, height = opened.size  # of a TIFF, Pillow turns these already
        sideways = opened.format != "TIFF" and opened.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (height, width) if sideways else (width, height)


def has_opacity(path: Path) -> bool:
    """Whether `read_image_alpha` gives an opacity, from the picture's header alone.

    Raises: InputError as `read_image`, for what the header tells.
    """
    with _opened(path) as opened:
        return is_transparent(opened)


def is_image(path: Path) -> bool:
    """Whether the file's content, not its name, is a picture of a known format. A missing file is none.

    A picture that is too large is one all the same: `read_image` says what is wrong with it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_formats()):
                return True
    except Image.DecompressionBombError:
        return True
    except _DAMAGE:
        return False


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write (H, W), (H, W, 3) or (H, W, 4) uint8 as PNG, whole or not at all.

    Raises: StageError if it cannot be written.
    """
    check_writable(path)
    with replacing(path) as temporary:
        Image.fromarray(np.ascontiguousarray(image)).save(temporary, format="PNG", **_PACKED)


@cache
def _formats() -> tuple[str, ...]:
    """Those of FORMATS that this Pillow was built with."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture, its header read and found acceptable; errors while it is open become InputError."""
    check_file(path)
    Image.MAX_IMAGE_PIXELS = most_pixels()  # Pillow's own is a number of the process, above which it warns
    try:
        # Pillow warns about sloppy metadata in pictures that read perfectly well
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_formats()) as opened:
                refuse_raw(path)
                turn_to_largest_page(opened)
                check_size(path, opened.width, opened.height, "the picture")
                yield opened
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        told = f"the picture is larger than {Limit.PICTURE_MEGAPIXELS.now} megapixels"
        raise InputError(told, file=path, cure=f"scale it down, or {Limit.PICTURE_MEGAPIXELS.cure}") from None
    except UnidentifiedImageError:
        refuse_raw(path)
        told = "it is a text file, not a picture" if is_text(path) else "it is not a picture that can be read"
        raise InputError(told, file=path, cure="give a PNG, JPEG, WebP, HEIC or TIFF file") from None
    except _DAMAGE as problem:
        told = f"the picture is damaged or incomplete: {problem}"
        raise InputError(told, file=path, cure="export it again") from problem


@contextmanager
def _upright(path: Path) -> Iterator[tuple[Image.Image, Coding | None]]:
    """The picture, loaded, as its EXIF orientation shows it, and what its values mean if they are not sRGB's."""
    with _opened(path) as image:
        coding = coding_of(image, path)
        turn_to_shown_frame(image)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        yield image, coding


def _on_white(rgba: Rgb) -> Rgb:
    """(h, W, 4) laid on white."""
    opacity = rgba[..., 3:].astype(np.float32) / 255
    flat = rgba[..., :3] * opacity + np.float32(255) * (1 - opacity)
    return np.rint(flat).astype(np.uint8)


def fitted(image: Rgb, side: int) -> Rgb:
    """The picture, made smaller until its longer side is at most `side` pixels."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX, reducing_gap=2.0), np.uint8)


def write_jpeg(path: Path, image: Rgb) -> None:
    """(H, W, 3) uint8 RGB as a JPEG, for people to look at.

    Raises: StageError if it cannot be written.
    """
    with replacing(path) as temporary:
        Image.fromarray(image).save(temporary, format="JPEG", quality=_JPEG_QUALITY, optimize=True)
