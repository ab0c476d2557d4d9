"""Put the moving face into its moving plate, frame by frame.

Writes FRAMES: the plate's whole frames. What the crop of a frame does not cover is that frame's own pixels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compositing.paste import Paste
from foundation.geometry import Box
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.composite import Settings
from stages.contracts.composite_plate import Facts, Inputs

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the plate's frames."""
    path, start = inputs.crop.way(), settings.range.start
    frames = zip(
        read_frames(inputs.plate.video, start=start, stop=settings.range.stop),
        read_frames(inputs.moved.video),
        strict=True,
    )
    with FrameWriter(out / FRAMES, size=path.picture, fps=settings.fps) as writer:
        for number, (plate, moved) in enumerate(frames, start):
            crop = path.crop(number)
            under = np.ascontiguousarray(plate[crop.box.slices])
            paste = Paste(under, crop, inputs.crop.face_in(number, crop), settings.style, number)
            writer.write(_inlaid(plate, crop.box, paste(moved)))
            report(writer.frames, len(settings.range))
    return Facts(frames=writer.frames)


def _inlaid(plate: Image, box: Box, part: Image) -> Image:
    result = plate.copy()
    result[box.slices] = part
    return result
