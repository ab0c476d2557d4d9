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

from media.paste import Paste
from media.reader import read_frames
from media.writer import FrameWriter
from stages import Report
from stages.handover import FRAMES, CropPath, read_crop_path

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: range, fps, feather (of the crop's side), match_color. Inputs: crop (what stages.follow wrote), plate,
    moved.
    """
    path = read_crop_path(inputs["crop"])
    start, stop = settings["range"]
    done = 0
    frames = zip(
        read_frames(inputs["plate"] / FRAMES, start=start, stop=stop),
        read_frames(inputs["moved"] / FRAMES),
        strict=True,
    )
    with FrameWriter(out / FRAMES, size=path.picture, fps=Fraction(settings["fps"])) as writer:
        for plate, moved in frames:
            writer.write(_inlaid(plate, moved, path, start + done, settings))
            done += 1
            report(done, stop - start)
    return {"frames_in": stop - start, "frames_out": done}


def _inlaid(plate: Image, moved: Image, path: CropPath, index: int, settings: Mapping[str, Any]) -> Image:
    crop = path.crop(index)
    result = plate.copy()
    if crop.box.width < 1 or crop.box.height < 1:
        return result
    under = np.ascontiguousarray(plate[crop.box.slices])
    result[crop.box.slices] = Paste.onto(under, crop, settings["feather"], settings["match_color"])(moved)
    return result
