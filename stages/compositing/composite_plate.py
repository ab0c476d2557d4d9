"""Put the moving face into its moving plate, frame by frame.

Writes FRAMES: the plate's whole frames. What the crop of a frame does not cover is that frame's own pixels. Where that
is asked for, and known, OPACITY says where the plate's person is in them.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.behind import guessed
from compositing.paste import Paste
from foundation.geometry import Box
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, OPACITY
from stages.contract import Report
from stages.contracts.composite import Settings
from stages.contracts.composite_plate import Facts, Inputs

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the plate's frames."""
    path, start, stop = inputs.crop.way(), settings.range.start, settings.range.stop
    frames = zip(read_frames(inputs.plate.video, start=start, stop=stop), read_frames(inputs.moved.video), strict=True)
    known = inputs.matte.opacity if inputs.matte else None
    opacities = iter(()) if known is None else read_frames(known, start=start, stop=stop)
    with ExitStack() as open_files:
        open_writer = partial(FrameWriter, size=path.picture, fps=settings.fps)
        writer = open_files.enter_context(open_writer(out / FRAMES))
        told = open_files.enter_context(open_writer(out / OPACITY)) if known and settings.opacity else None
        for number, (plate, moved) in enumerate(frames, start):
            crop = path.crop(number)
            under, face = np.ascontiguousarray(plate[crop.box.slices]), inputs.crop.face_in(number, crop)
            opacity, height = next(opacities, None), inputs.crop.head_in(number).height
            own = None if opacity is None else np.ascontiguousarray(opacity[crop.box.slices][:, :, 0])
            person = None if own is None or crop.native else guessed(under, own, height)
            paste = Paste(under, crop, face, settings.style, number, person=person)
            if told is not None and opacity is not None and own is not None:
                part, where = paste.told(moved, own)
                told.write(_inlaid(opacity, crop.box, cv2.merge([where] * 3)))
            else:
                part = paste(moved)
            writer.write(_inlaid(plate, crop.box, part))
            report(writer.frames, stop - start)
    return Facts(frames=writer.frames)


def _inlaid(plate: Image, box: Box, part: Image) -> Image:
    result = plate.copy()
    result[box.slices] = part
    return result
