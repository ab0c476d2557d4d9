"""What another compositing program needs of a performer: where the moving region was laid over, and what it changed.

Writes matte.mkv (white where the person is; where nobody could tell it from what is behind, where the moving region
shows) and difference.mkv (128 plus what was added to the picture, so that picture + difference - 128 is the result,
where it changes by less than 128 levels). Both are lossless (FFV1) and as large as the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.masks import Mask
from compositing.paste import paste_mask
from foundation.geometry import Box
from media.credentials.provenance import Provenance
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import Frames
from stages.contract import Report
from stages.contracts.passes import Facts, Inputs, Settings
from stages.crops import Crop, PlateCrop

Image = NDArray[np.uint8]
MIDDLE = 128


@dataclass(frozen=True)
class _Frame:
    """One frame: the picture without the performer, the part of it that changed, that part now, and the mask there.

    Attributes:
        whole: where the mask is a person's, that of the whole picture, around the part that moves.
    """

    picture: Image
    box: Box
    part: Image
    mask: Mask
    whole: Image | None = None


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the passes."""
    result = chain.from_iterable(read_frames(chunk.video) for chunk in inputs.chunks)
    if inputs.plate:
        crop = PlateCrop(inputs.crop.given, inputs.crop.path)
        frames = _on_plate(crop, inputs.plate, settings.feather, result, _moving(inputs) or repeat(None))
    else:
        frames = _on_still(inputs.crop, settings.feather, result, _people(inputs, settings.member))
    writers: dict[str, FrameWriter] = {}
    done = 0
    try:
        for frame in frames:
            for name in settings.passes:
                image = _matte(frame) if name == "matte" else _difference(frame)
                if name not in writers:
                    size = (image.shape[1], image.shape[0])
                    tags = Provenance(name).tags()
                    writers[name] = FrameWriter(
                        out / f"{name}.mkv", size=size, fps=settings.fps, codec="ffv1", tags=tags
                    )
                writers[name].write(image)
            done += 1
            report(done, settings.frames)
        for writer in writers.values():
            writer.close()
    finally:
        for writer in writers.values():
            writer.discard()
    return Facts(frames=done)


def _people(inputs: Inputs, member: int) -> tuple[Image, Iterator[Mask]] | None:
    """The still person's matte, (H, W), and the moving one in each frame; None where it cannot be told.

    Of several who touch, each one's ends where the picture begins to move with the other.
    """
    still, moving = inputs.matte.opacity() if inputs.matte else None, _moving(inputs)
    if still is None or moving is None:
        return None
    share: Mask = np.ones((1, 1), np.float32)
    part = inputs.group.part(member) if inputs.group else None
    if inputs.group is not None and part is not None:
        still = np.asarray(cv2.multiply(still, part, scale=1 / 255), np.uint8)
        seen = still[inputs.group.info().box.slices]
        for front in inputs.group.fronts():
            seen[:] = cv2.multiply(seen, 255 - front.opacity, scale=1 / 255)
        share = part[inputs.crop.info().box.slices].astype(np.float32) * np.float32(1 / 255)
    return still, (mask.astype(np.float32) * np.float32(1 / 255) * share for mask in moving)


def _moving(inputs: Inputs) -> Iterator[Image] | None:
    """(h, w) where the person is in each frame, if that is known."""
    known = [chunk.opacity for chunk in inputs.chunks if chunk.opacity is not None]
    if not known or len(known) < len(inputs.chunks):
        return None
    return (mask[:, :, 0] for mask in chain.from_iterable(read_frames(file) for file in known))


def _on_still(
    crop: Crop, feather: float, result: Iterator[Image], people: tuple[Image, Iterator[Mask]] | None
) -> Iterator[_Frame]:
    picture, info = crop.picture(), crop.info()
    region = repeat(paste_mask(info, crop.face(), feather))
    whole, masks = people or (None, region)
    seen = np.ones((info.box.height, info.box.width), np.float32)
    for front in crop.fronts():
        seen *= 1 - front.opacity.astype(np.float32) * np.float32(1 / 255)
    for part, mask in zip(result, masks, strict=False):
        yield _Frame(picture, info.box, part, mask * seen, whole)


def _on_plate(
    crop: PlateCrop, plate: Frames, feather: float, result: Iterator[Image], people: Iterator[Image | None]
) -> Iterator[_Frame]:
    path = crop.way()
    for number, (picture, whole) in enumerate(zip(read_frames(plate.video), result, strict=True)):
        info, person = path.crop(number), next(people)
        if person is None:
            mask = paste_mask(info, crop.face_in(number, info), feather)
        else:
            mask = person[info.box.slices].astype(np.float32) * np.float32(1 / 255)
        yield _Frame(picture, info.box, whole[info.box.slices], mask, person)


def _matte(frame: _Frame) -> Image:
    matte = np.zeros_like(frame.picture) if frame.whole is None else cv2.merge([frame.whole] * 3)
    matte[frame.box.slices] = np.rint(frame.mask * 255).astype(np.uint8)[:, :, None]
    return matte


def _difference(frame: _Frame) -> Image:
    difference = np.full_like(frame.picture, MIDDLE)
    change = frame.part.astype(np.int16) - frame.picture[frame.box.slices]
    difference[frame.box.slices] = np.clip(change + MIDDLE, 0, 255)
    return difference
