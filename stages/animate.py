"""Move the portrait as the driving clip moves, one chunk of frames.

Writes FRAMES: the portrait crop, animated, lossless.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engines import load_engine
from foundation.errors import StageError
from media.reader import read_frames
from media.writer import FrameWriter
from stages import Report
from stages.handover import FRAMES, engine_files, read_arrays, read_portrait


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, range, fps. Inputs: crop, clip, prepared, and the engine's files."""
    engine = load_engine(settings["engine"])
    portrait = read_portrait(inputs["crop"])
    files = {f"file.{name}": np.array(path) for name, path in engine_files(inputs).items()}
    renderer = engine.open(portrait, read_arrays(inputs["prepared"]) | files)
    start, stop = settings["range"]
    size = (portrait.image.shape[1], portrait.image.shape[0])
    index = start
    with FrameWriter(out / FRAMES, size=size, fps=Fraction(settings["fps"])) as writer:
        for frame in read_frames(inputs["clip"] / FRAMES, start=start, stop=stop):
            writer.write(renderer.render(index, frame))
            index += 1
            report(index - start, stop - start)
    if index != stop:
        problem = f"got {index - start} driving frames of {stop - start}"
        raise StageError(problem, cure="remove the work folder, run again")
    return {"frames_in": stop - start, "frames_out": stop - start, "size": list(size)}
