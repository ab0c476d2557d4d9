"""What another compositing program needs of a performer: where the moving region was laid over, and what it changed.

Writes matte.mkv (the mask, white where the moving region shows) and difference.mkv (128 plus what was added to the
picture, so that picture + difference - 128 is the result, where it changes by less than 128 levels). Both are lossless
(FFV1) and as large as the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositing.masks import Mask
from compositing.paste import paste_mask
from foundation.geometry import Box
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages import Report
from stages.handover import read_crop, read_crop_path, read_face, read_picture, read_track_face
from stages.names import FRAMES

Image = NDArray[np.uint8]
MIDDLE = 128


@dataclass(frozen=True)
class _Frame:
    """One frame: the picture without the performer, the part of it that changed, that part now, and the mask there."""

    picture: Image
    box: Box
    part: Image
    mask: Mask


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: fps, frames, feather (in face heights), passes ("matte", "difference"). Inputs: crop; the chunks as
    "000000", "000001", ...; of a moving plate, also plate.
    """
    chunks = [folder for name, folder in sorted(inputs.items()) if name.isdecimal()]
    result = chain.from_iterable(read_frames(folder / FRAMES) for folder in chunks)
    frames = _on_plate(inputs, settings, result) if "plate" in inputs else _on_still(inputs, settings, result)
    writers: dict[str, FrameWriter] = {}
    done = 0
    try:
        for frame in frames:
            for name in settings["passes"]:
                image = _matte(frame) if name == "matte" else _difference(frame)
                if name not in writers:
                    size, fps = (image.shape[1], image.shape[0]), Fraction(settings["fps"])
                    writers[name] = FrameWriter(out / f"{name}.mkv", size=size, fps=fps, codec="ffv1")
                writers[name].write(image)
            done += 1
            report(done, settings["frames"])
        for writer in writers.values():
            writer.close()
    finally:
        for writer in writers.values():
            writer.discard()
    return {"frames_in": settings["frames"], "frames_out": done}


def _on_still(inputs: Mapping[str, Path], settings: Mapping[str, Any], result: Iterator[Image]) -> Iterator[_Frame]:
    picture, crop = read_picture(inputs["crop"]), read_crop(inputs["crop"])
    mask = paste_mask(crop, read_face(inputs["crop"]), settings["feather"])
    for part in result:
        yield _Frame(picture, crop.box, part, mask)


def _on_plate(inputs: Mapping[str, Path], settings: Mapping[str, Any], result: Iterator[Image]) -> Iterator[_Frame]:
    path = read_crop_path(inputs["crop"])
    plate = read_frames(inputs["plate"] / FRAMES)
    for number, (picture, whole) in enumerate(zip(plate, result, strict=True)):
        crop = path.crop(number)
        mask = paste_mask(crop, read_track_face(inputs["crop"], number, crop), settings["feather"])
        yield _Frame(picture, crop.box, whole[crop.box.slices], mask)


def _matte(frame: _Frame) -> Image:
    matte = np.zeros_like(frame.picture)
    matte[frame.box.slices] = np.rint(frame.mask * 255).astype(np.uint8)[:, :, None]
    return matte


def _difference(frame: _Frame) -> Image:
    difference = np.full_like(frame.picture, MIDDLE)
    change = frame.part.astype(np.int16) - frame.picture[frame.box.slices]
    difference[frame.box.slices] = np.clip(change + MIDDLE, 0, 255)
    return difference
