"""Put the moving crop back where it came from, at the picture's own resolution (see compositing.paste).

Writes FRAMES: only the part of the picture that the crop covers (its `box`, in the facts). All else is
the portrait itself, untouched by construction, so it is not stored again for every frame.
"""

from __future__ import annotations

from pathlib import Path

from compositing.front import laid_over
from compositing.paste import Paste
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.composite import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the part of the picture that moves."""
    crop = inputs.crop.info()
    paste, fronts = Paste(inputs.crop.bare(), crop, inputs.crop.face(), settings.style), inputs.crop.fronts()
    with FrameWriter(out / FRAMES, size=(crop.box.width, crop.box.height), fps=settings.fps) as writer:
        for frame in read_frames(inputs.moved.video):
            writer.write(laid_over(paste(frame), fronts))
            report(writer.frames, len(settings.range))
    return Facts(frames=writer.frames, box=crop.box.corners)
