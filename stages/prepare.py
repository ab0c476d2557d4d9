"""What the engine needs from the portrait and the whole clip, worked out once, so that chunks are independent.

Writes arrays/ and rows/: one .npy file for each array that the engine returned, the large ones row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Arrays, Driving, Plate, PlateEngine
from foundation.facetrack import Face, FaceTrack
from foundation.npy import Blocks, NpyWriter
from landmarks import load_backend
from media.reader import read_frames
from stages import Report
from stages.handover import FRAMES, engine_files, read_crop_path, read_portrait

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, motion, options (the engine's own), fps, backend, backend_version; plate (true
    if the crop is what stages.follow wrote).

    Inputs: crop, clip, and file.NAME for each file that the engine reads.
    """
    engine = load_engine(settings["engine"])
    portrait = read_portrait(inputs["crop"])
    clip = inputs["clip"]

    def frames() -> Iterator[Image]:
        return read_frames(clip / FRAMES)

    driving = Driving(FaceTrack.load(clip / "track"), float(Fraction(settings["fps"])), frames)
    with load_backend(settings["backend"]) as backend:
        trials = count()

        def detect(image: Image) -> Face | None:
            # following is quicker than searching anew: the face is where it was on the engine's last trial
            return next(iter(backend.follow(image, float(next(trials)), 1)), None)

        own = {**settings["options"], **engine_files(inputs)}
        motion = {**settings["motion"], engine.name: own}
        if isinstance(engine, PlateEngine) and settings.get("plate"):
            arrays = engine.prepare_plate(_plate(inputs["crop"]), portrait, driving, motion, detect)
        else:
            arrays = engine.prepare(portrait, driving, motion, detect)
        _save(arrays, out)
    return {"arrays": sorted(arrays), "frames": len(driving.track)}


def _plate(folder: Path) -> Plate:
    path = read_crop_path(folder)
    return Plate(FaceTrack.load(folder / "track"), -path.affines[:, :, 2], path.size)


def _save(arrays: Arrays, out: Path) -> None:
    whole, rows = out / "arrays", out / "rows"
    whole.mkdir()
    rows.mkdir()
    for name, array in arrays.items():
        if isinstance(array, Blocks):
            with NpyWriter(rows / f"{name}.npy", array.dtype) as writer:
                for block in array.make():
                    writer.append(block)
        else:
            np.save(whole / f"{name}.npy", array, allow_pickle=False)
