"""Put the moving crop back where it came from, at the picture's own resolution (see compositing.paste).

Writes TILED (stages.writing): only the part of the picture that the crop covers (its `box`, in the facts). All else is
the portrait itself, untouched by construction, so it is not stored again for every frame. Where that is asked for, and
known, OPACITY says where the portrait's person is in them.
"""

from __future__ import annotations

from pathlib import Path

from media.video.reader import read_frames
from stages.contract import Report
from stages.contracts.composite import Facts, Inputs, Settings
from stages.pasting import Pasting
from stages.writing import FramesWriter


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the part of the picture that moves."""
    paste = Pasting(inputs.crop, settings.style, inputs.matte)
    told = settings.opacity and paste.opacity is not None
    with FramesWriter(out, size=paste.size, fps=settings.fps, opacity=told, still=paste.still) as writer:
        for frame in read_frames(inputs.moved.video):
            writer.write(*(paste.told(frame) if told else [paste(frame)]))
            report(writer.frames, len(settings.range))
    return Facts(frames=writer.frames, box=paste.info.box.corners)
