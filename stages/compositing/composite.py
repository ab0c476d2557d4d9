"""Put the moving crop back where it came from, at the picture's own resolution (see compositing.paste).

Writes FRAMES: only the part of the picture that the crop covers (its `box`, in the facts). All else is
the portrait itself, untouched by construction, so it is not stored again for every frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from compositing.paste import Paste
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages import Report
from stages.handover import read_crop, read_face, read_style, read_under
from stages.names import FRAMES


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: range, fps, feather (in face heights), match_color, match_grain. Inputs: crop, moved."""
    crop = read_crop(inputs["crop"])
    paste = Paste(read_under(inputs["crop"]), crop, read_face(inputs["crop"]), read_style(settings))
    start, stop = settings["range"]
    done = 0
    size = (crop.box.width, crop.box.height)
    with FrameWriter(out / FRAMES, size=size, fps=Fraction(settings["fps"])) as writer:
        for frame in read_frames(inputs["moved"] / FRAMES):
            writer.write(paste(frame))
            done += 1
            report(done, stop - start)
    return {"frames_in": stop - start, "frames_out": done, "box": crop.box.to_json()}
