"""What the engine needs from the portrait and the whole clip, worked out once, so that chunks are independent.

Writes arrays/: one .npy file for each array that the engine returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Driving
from foundation.facetrack import Face, FaceTrack
from landmarks import load_backend
from media.reader import read_frames
from stages import Report
from stages.handover import FRAMES, read_portrait

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, motion, fps, backend, backend_version. Inputs: crop, clip."""
    engine = load_engine(settings["engine"])
    portrait = read_portrait(inputs["crop"])
    clip = inputs["clip"]

    def frames() -> Iterator[Image]:
        return read_frames(clip / FRAMES)

    driving = Driving(FaceTrack.load(clip / "track"), float(Fraction(settings["fps"])), frames)
    with load_backend(settings["backend"]) as backend:

        def detect(image: Image) -> Face | None:
            return next(iter(backend.detect(image, 1)), None)

        arrays = engine.prepare(portrait, driving, settings["motion"], detect)
    folder = out / "arrays"
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    return {"arrays": {name: list(array.shape) for name, array in arrays.items()}, "frames": len(driving.track)}
