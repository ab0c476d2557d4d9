"""Put the moving face into its moving plate, frame by frame.

Writes FRAMES: the plate's whole frames. What the crop of a frame does not cover is that frame's own pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositing.paste import Paste
from foundation.geometry import Box
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages import Report
from stages.handover import read_crop_path, read_style, read_track_face
from stages.names import FRAMES

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: range, fps, feather (in face heights), match_color, match_grain.

    Inputs: crop (what stages.portrait.plate_path wrote), plate, moved.
    """
    path, style = read_crop_path(inputs["crop"]), read_style(settings)
    start, stop = settings["range"]
    done = 0
    frames = zip(
        read_frames(inputs["plate"] / FRAMES, start=start, stop=stop),
        read_frames(inputs["moved"] / FRAMES),
        strict=True,
    )
    with FrameWriter(out / FRAMES, size=path.picture, fps=Fraction(settings["fps"])) as writer:
        for plate, moved in frames:
            number = start + done
            crop = path.crop(number)
            under = np.ascontiguousarray(plate[crop.box.slices])
            paste = Paste(under, crop, read_track_face(inputs["crop"], number, crop), style, number)
            writer.write(_inlaid(plate, crop.box, paste(moved)))
            done += 1
            report(done, stop - start)
    return {"frames_in": stop - start, "frames_out": done}


def _inlaid(plate: Image, box: Box, part: Image) -> Image:
    result = plate.copy()
    result[box.slices] = part
    return result
