"""Move the portrait as the driving clip moves, one chunk of frames.

Writes FRAMES: the portrait crop, animated, lossless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engines import load_engine
from engines.base import Arrays, Engine, Image, PlateEngine, Portrait, Renderer
from foundation.errors import StageError
from foundation.facetrack import FaceTrack
from media.reader import read_frames
from media.sequence import FrameSequence
from media.writer import FrameWriter
from stages import Report
from stages.handover import FRAMES, engine_files, read_arrays, read_crop_path, read_portrait


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, range, fps. Inputs: crop, clip, prepared, and the engine's files; of a moving
    plate, which may last longer than the clip, also plate.
    """
    engine = load_engine(settings["engine"])
    portrait = read_portrait(inputs["crop"])
    files = {f"file.{name}": np.array(path) for name, path in engine_files(inputs).items()}
    arrays = read_arrays(inputs["prepared"]) | files
    start, stop = settings["range"]
    size = (portrait.image.shape[1], portrait.image.shape[0])
    if "plate" in inputs:
        rendered = _on_plate(engine, portrait, arrays, inputs, (start, stop))
    else:
        rendered = _on_still(engine.open(portrait, arrays), inputs["clip"], (start, stop))
    index = start
    with FrameWriter(out / FRAMES, size=size, fps=Fraction(settings["fps"])) as writer:
        for frame in rendered:
            writer.write(frame)
            index += 1
            report(index - start, stop - start)
    if index != stop:
        problem = f"got {index - start} driving frames of {stop - start}"
        raise StageError(problem, cure="remove the work folder, run again")
    return {"frames_in": stop - start, "frames_out": stop - start, "size": list(size)}


def _on_still(renderer: Renderer, clip: Path, span: tuple[int, int]) -> Iterator[Image]:
    for number, frame in enumerate(read_frames(clip / FRAMES, start=span[0], stop=span[1])):
        yield renderer.render(span[0] + number, frame)


def _on_plate(
    engine: Engine, portrait: Portrait, arrays: Arrays, inputs: Mapping[str, Path], span: tuple[int, int]
) -> Iterator[Image]:
    """The crop of each of the plate's frames, moved; or, by engines that know but one picture, that one's."""
    length = len(FaceTrack.load(inputs["clip"] / "track"))
    driving = FrameSequence([(0, inputs["clip"] / FRAMES)], length)
    if not isinstance(engine, PlateEngine):
        renderer = engine.open(portrait, arrays)
        for index in range(*span):
            yield renderer.render(min(index, length - 1), driving[index])
        return
    path, on_plate = read_crop_path(inputs["crop"]), engine.open_plate(arrays)
    for number, frame in enumerate(read_frames(inputs["plate"] / FRAMES, start=span[0], stop=span[1])):
        index = span[0] + number
        crop = np.ascontiguousarray(frame[path.crop(index).box.slices])
        yield on_plate.render(index, crop, driving[index])
