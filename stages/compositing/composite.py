"""Put the moving crop back where it came from, at the picture's own resolution (see compositing.paste).

Writes FRAMES: only the part of the picture that the crop covers (its `box`, in the facts). All else is
the portrait itself, untouched by construction, so it is not stored again for every frame. Where that is asked for, and
known, OPACITY says where the portrait's person is in them.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import cv2

from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, OPACITY
from stages.contract import Report
from stages.contracts.composite import Facts, Inputs, Settings
from stages.pasting import Pasting


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the part of the picture that moves."""
    paste = Pasting(inputs.crop, settings.style, inputs.matte)
    asked = settings.opacity and paste.opacity is not None
    with ExitStack() as files:
        writer = files.enter_context(FrameWriter(out / FRAMES, size=paste.size, fps=settings.fps))
        told = files.enter_context(FrameWriter(out / OPACITY, size=paste.size, fps=settings.fps)) if asked else None
        for frame in read_frames(inputs.moved.video):
            if told is None:
                writer.write(paste(frame))
            else:
                pasted, here = paste.told(frame)
                writer.write(pasted)
                told.write(cv2.merge([here] * 3))
            report(writer.frames, len(settings.range))
    return Facts(frames=writer.frames, box=paste.info.box.corners)
