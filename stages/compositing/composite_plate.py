"""Put the moving face into its moving plate, frame by frame.

Writes FRAMES: the plate's whole frames. What the crop of a frame does not cover is that frame's own pixels. Where that
is asked for, and known, OPACITY says where the plate's person is in them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compositing.behind import guessed
from compositing.paste import Paste
from foundation.geometry import Box
from media.video.reader import read_frames
from stages.contract import Report
from stages.contracts.composite import Settings
from stages.contracts.composite_plate import Facts, Inputs
from stages.writing import FramesWriter

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the plate's frames."""
    path, start, stop = inputs.crop.way(), settings.range.start, settings.range.stop
    frames = zip(read_frames(inputs.plate.video, start=start, stop=stop), read_frames(inputs.moved.video), strict=True)
    known = inputs.matte.opacity if inputs.matte else None
    opacities = iter(()) if known is None else read_frames(known, start=start, stop=stop)
    told = known is not None and settings.opacity
    with FramesWriter(out, size=path.picture, fps=settings.fps, opacity=told) as writer:
        for number, (plate, moved) in enumerate(frames, start):
            crop = path.crop(number)
            under, face = np.ascontiguousarray(plate[crop.box.slices]), inputs.crop.face_in(number, crop)
            opacity, height = next(opacities, None), inputs.crop.head_in(number).height
            own = None if opacity is None else np.ascontiguousarray(opacity[crop.box.slices][:, :, 0])
            person = None if own is None or crop.native else guessed(under, own, height)
            paste = Paste(under, crop, face, settings.style, number, person=person)
            if told and opacity is not None and own is not None:
                part, where = paste.told(moved, own)
                writer.write(_inlaid(plate, crop.box, part), _inlaid(opacity[:, :, 0], crop.box, where))
            else:
                writer.write(_inlaid(plate, crop.box, paste(moved)))
            report(writer.frames, stop - start)
    return Facts(frames=writer.frames)


def _inlaid(plate: Image, box: Box, part: Image) -> Image:
    result = plate.copy()
    result[box.slices] = part
    return result
