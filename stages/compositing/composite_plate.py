"""Put the moving face into its moving plate, frame by frame.

Writes FRAMES: the plate's whole frames. What the crop of a frame does not cover is that frame's own pixels. Where the
plate's person is known, OPACITY, too: the person's, moved as the face has moved it.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.carrying import carried, places
from compositing.paste import Paste
from foundation.crop import CropInfo
from foundation.facetrack import Face, head_frame
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
    opacities = None if known is None else read_frames(known, start=start, stop=stop)
    with ExitStack() as open_files:
        open_writer = partial(FrameWriter, size=path.picture, fps=settings.fps)
        writer = open_files.enter_context(open_writer(out / FRAMES))
        told = None if opacities is None else open_files.enter_context(open_writer(out / OPACITY))
        for number, (plate, moved) in enumerate(frames, start):
            crop = path.crop(number)
            under, face = np.ascontiguousarray(plate[crop.box.slices]), inputs.crop.face_in(number, crop)
            part = Paste(under, crop, face, settings.style, number)(moved)
            writer.write(_inlaid(plate, crop.box, part))
            if told is not None and opacities is not None:
                told.write(_carried(next(opacities), crop, under, part, face))
            report(writer.frames, stop - start)
    return Facts(frames=writer.frames)


def _inlaid(plate: Image, box: Box, part: Image) -> Image:
    result = plate.copy()
    result[box.slices] = part
    return result


def _carried(opacity: Image, crop: CropInfo, under: Image, part: Image, face: Face) -> Image:
    """(H, W, 3) where the plate's person is once its face has moved."""
    own = np.ascontiguousarray(opacity[crop.box.slices][:, :, 0])
    scale = float(np.sqrt(abs(np.linalg.det(crop.affine[:, :2]))))
    moved = carried(own, places(under, part, head_frame(face.points, face.scheme).height / scale))
    return _inlaid(opacity, crop.box, cv2.merge([moved] * 3))
