"""Pictures whose colours are named by numbers (Rec. ITU-T H.273), not by a profile: wide gamuts, PQ and HLG, to sRGB.

AVIF and HEIC have them in a box "colr" of the type nclx (ISO/IEC 23008-12, 6.5.5), PNG in a chunk cICP (PNG, third
edition, 11.3.2.6).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media.image.hdr import BITS, HLG, PQ, TO_709, to_sdr

Rgb = NDArray[np.uint8]
_MOST_BYTES = 1 << 20
"""Of a file that are looked through: what describes a picture stands before it."""
_INSIDE = ((b"meta", 4), (b"iprp", 0), (b"ipco", 0))
"""Boxes on the way to the colours, one in the other; and how many bytes each has before the boxes in it."""


@dataclass(frozen=True)
class Coding:
    """Numbers of H.273 for primaries and transfer."""

    primaries: int
    transfer: int

    @property
    def differs(self) -> bool:
        """Whether its values are not those of sRGB."""
        return self.primaries in TO_709 or self.transfer in (PQ, HLG)


def coding_of(image: Image.Image, path: Path) -> Coding | None:
    """What an opened picture's file says of its colours in numbers, if they are not sRGB's and no profile says more.

    Raises: OSError if the file cannot be read.
    """
    coding = _told(image, path)
    return coding if coding is not None and coding.differs else None


def _told(image: Image.Image, path: Path) -> Coding | None:
    if image.format != "PNG" and image.info.get("icc_profile"):  # of PNG, cICP comes first
        return None
    told = image.info.get("nclx_profile")
    if told:
        return Coding(int(told["color_primaries"]), int(told["transfer_characteristics"]))
    reader = {"PNG": _of_png, "AVIF": _of_avif}.get(str(image.format))
    if reader is None:
        return None
    with path.open("rb") as file, suppress(struct.error):
        return reader(file.read(_MOST_BYTES))
    return None


def _of_png(head: bytes) -> Coding | None:
    at = 8
    while at + 12 <= len(head):
        length, kind = struct.unpack_from(">I4s", head, at)
        if kind == b"cICP" and length == 4:
            return Coding(head[at + 8], head[at + 9])
        if kind == b"IDAT":
            break
        at += 12 + length
    return None


def _of_avif(head: bytes) -> Coding | None:
    return next(_colours(head, 0, len(head), 0), None)


def _colours(data: bytes, at: int, end: int, depth: int) -> Iterator[Coding]:
    """Those in the boxes from `at` to `end`, which lie in the first `depth` of _INSIDE."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        inner, last = at + 8, min(end, at + size if size else end)
        if kind == b"colr" and data[inner : inner + 4] == b"nclx":
            yield Coding(*struct.unpack_from(">HH", data, inner + 4))
        elif depth < len(_INSIDE) and kind == _INSIDE[depth][0]:
            yield from _colours(data, inner + _INSIDE[depth][1], last, depth + 1)
        if last < inner:
            return
        at = last


def to_srgb(rgb: Rgb, coding: Coding) -> Rgb:
    """(H, W, 3) uint8 as the file has them -> sRGB. HDR is toned down as that of videos is."""
    if coding.transfer not in (PQ, HLG):
        linear = _linear()[rgb] @ TO_709[coding.primaries].T
        steps = np.rint(np.clip(linear, 0, 1) * (len(_encoded()) - 1)).astype(np.int32)
        return np.asarray(_encoded()[steps], np.uint8)
    wide = (rgb.astype(np.uint32) * ((1 << BITS) - 1) + 127) // 255
    planes = tuple(np.ascontiguousarray(wide[..., channel].astype(np.uint16)) for channel in range(3))
    return np.asarray(to_sdr(planes, rgb.shape[1], coding.transfer, coding.primaries), np.uint8)


@cache
def _linear() -> NDArray[np.float32]:
    """Light for each 8-bit value of sRGB (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    return np.asarray(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4), np.float32)


@cache
def _encoded() -> Rgb:
    """8-bit values of sRGB for light in steps that are finer than any of them."""
    light = np.linspace(0, 1, 1 << 14)
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(value * 255), np.uint8)
