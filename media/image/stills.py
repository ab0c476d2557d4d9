"""Sequences of pictures for other programs: PNG, TIFF of 16 bits, OpenEXR of half floats in linear light.

Frames have 8 bits a channel. PNG keeps them as they are; TIFF spreads them over 16 bits, EXR undoes the sRGB curve:
neither invents levels between them, both keep every one apart.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import tifffile
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from foundation.errors import InputError
from media.credentials.provenance import SYNTHETIC, Provenance
from media.image.linear import linear_light, to_linear

Frame = NDArray[np.uint8]
_BT709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)  # red, green, blue and white in CIE xy
_XMP_TAG = 700


def write_still(path: Path, frame: Frame, codec: str, provenance: Provenance) -> None:
    """Write one frame.

    Args:
        frame: (H, W, 3) uint8 sRGB, or (H, W, 4) with opacity that the colours are not multiplied by.
        codec: "png", "tiff" or "exr". EXR's colours are multiplied by the opacity, as its readers expect.
    """
    _WRITERS[codec](path, np.ascontiguousarray(frame), provenance)


def read_still(path: Path) -> Frame:
    """A frame that `write_still` wrote, as it was: (H, W, 3) or (H, W, 4) uint8.

    Raises: InputError if it is damaged.
    """
    try:
        return _READERS[path.suffix.lower()](path)
    except Exception as problem:  # three libraries, each with errors of its own
        raise InputError(f"the picture is damaged: {problem}", file=path, cure="render it again") from problem


def _png(path: Path, frame: Frame, provenance: Provenance) -> None:
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Title", provenance.title)
    about.add_itxt("Comment", SYNTHETIC)
    about.add_itxt("XML:com.adobe.xmp", provenance.xmp().decode())
    about.add(b"sRGB", b"\0")
    Image.fromarray(frame).save(path, format="PNG", compress_level=3, pnginfo=about)


def _tiff(path: Path, frame: Frame, provenance: Provenance) -> None:
    packet = provenance.xmp()
    tifffile.imwrite(
        path,
        frame.astype(np.uint16) * 257,
        photometric="rgb",
        extrasamples=["unassalpha"] if frame.shape[2] == 4 else None,
        compression="zlib",
        metadata=None,
        software=False,
        description=SYNTHETIC,
        extratags=[(_XMP_TAG, "B", len(packet), packet, True)],
    )


def _exr(path: Path, frame: Frame, provenance: Provenance) -> None:
    light = to_linear(frame[..., :3])
    name = "RGB"
    if frame.shape[2] == 4:
        opacity = frame[..., 3:].astype(np.float32) / 255
        light, name = np.concatenate([light * opacity, opacity], axis=2), "RGBA"
    header: dict[str, Any] = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "chromaticities": _BT709,
        **provenance.tags(),
    }
    with OpenEXR.File(header, {name: np.ascontiguousarray(light, np.float16)}) as file:
        file.write(str(path))


def _from_png(path: Path) -> Frame:
    with Image.open(path, formats=("PNG",)) as image:
        return np.array(image, np.uint8)


def _from_tiff(path: Path) -> Frame:
    levels: Frame = (tifffile.imread(path) // 257).astype(np.uint8)
    return levels


def _from_exr(path: Path) -> Frame:
    with OpenEXR.File(str(path)) as file:
        (channels,) = file.channels().values()
        light = channels.pixels.astype(np.float32)
    edges = (linear_light()[1:] + linear_light()[:-1]) / 2
    opacity = light[..., 3:] if light.shape[2] == 4 else np.ones((1, 1, 1), np.float32)
    colours: Frame = np.searchsorted(edges, light[..., :3] / np.maximum(opacity, 1 / 512)).astype(np.uint8)
    if light.shape[2] == 3:
        return colours
    return np.concatenate([colours, np.rint(opacity * 255).astype(np.uint8)], axis=2)


_WRITERS: dict[str, Callable[[Path, Frame, Provenance], None]] = {"png": _png, "tiff": _tiff, "exr": _exr}
_READERS: dict[str, Callable[[Path], Frame]] = {
    ".png": _from_png,
    ".tif": _from_tiff,
    ".tiff": _from_tiff,
    ".exr": _from_exr,
}
