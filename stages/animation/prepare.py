"""What the engine needs from the portrait and the whole clip, worked out once, so that chunks are independent.

Each shot in which the face is seen is a performance of its own, with a reference frame of its own; on a moving plate
the clip is one performance. Writes a folder for each (see handover.shot_folder) with arrays/ and rows/: one .npy file
for each array that the engine returned, the large ones row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Arrays, Driving, Plate, PlateEngine
from face.calibration import Detector
from foundation.errors import InputError
from foundation.facetrack import Face, FaceTrack
from foundation.npy import Blocks, NpyWriter
from foundation.shots import Shot, load_shots
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from media.video.lossless import pick_frames
from stages import Report
from stages.handover import engine_files, read_crop_path, read_portrait, shot_folder
from stages.names import FRAMES

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, motion, options (the engine's own), fps, backend, backend_version; plate (true
    if the crop is what stages.portrait.plate_path wrote).

    Inputs: crop, clip, and file.NAME for each file that the engine reads.
    """
    engine = load_engine(settings["engine"])
    portrait = read_portrait(inputs["crop"])
    clip, fps = inputs["clip"], Fraction(settings["fps"])
    shots = load_shots(clip / "shots.json")
    length = shots[-1].stop
    plate = _plate(inputs["crop"]) if isinstance(engine, PlateEngine) and settings.get("plate") else None
    if plate:
        shots = [Shot(0, length, seen=True)]
    own = {**settings["options"], **engine_files(inputs)}
    names: set[str] = set()
    with load_backend(settings["backend"]) as backend:
        for number, shot in enumerate(shots):
            if not shot.seen:
                continue
            driving, detect = _driving(clip, shot, fps), _detector(backend)
            motion = _motion(settings["motion"], shot, shots) | {engine.name: own}
            if plate and isinstance(engine, PlateEngine):
                arrays = engine.prepare_plate(plate, portrait, driving, motion, detect)
            else:
                arrays = engine.prepare(portrait, driving, motion, detect)
            _save(arrays, shot_folder(out, number))
            names.update(arrays)
            backend.forget()
            report(shot.stop, length)
    return {"arrays": sorted(names), "frames": length, "shots": sum(shot.seen for shot in shots)}


def _driving(clip: Path, shot: Shot, fps: Fraction) -> Driving:
    """One shot of a clip, as engines take it."""

    def pick(numbers: Sequence[int]) -> Iterator[Image]:
        return pick_frames(clip / FRAMES, [shot.start + number for number in numbers])

    return Driving(FaceTrack.load(clip / "track", slice(shot.start, shot.stop)), float(fps), pick)


def _motion(motion: Mapping[str, Any], shot: Shot, shots: list[Shot]) -> dict[str, Any]:
    """The motion settings of one shot: frames are counted from its own first one."""
    own = {**motion, "reference": _reference(motion["reference"], shot, shots)}
    if "turns" in motion:
        sings = [[start - shot.start, stop - shot.start] for start, stop in motion["turns"]["sings"]]
        own["turns"] = {**motion["turns"], "sings": sings}
    return own


def _reference(wanted: Any, shot: Shot, shots: list[Shot]) -> Any:
    """A frame's number, counted in the clip, is one of its own shot; the other shots choose theirs.

    Raises: InputError if the face is not seen in that frame.
    """
    if isinstance(wanted, str):
        return wanted
    if not any(each.seen and each.start <= wanted < each.stop for each in shots):
        raise InputError(
            f"motion.reference: frame {wanted} is not in the clip, or does not show the face; "
            f"the clip has frames 0 to {shots[-1].stop - 1}",
            cure="choose another frame, or best",
        )
    return wanted - shot.start if shot.start <= wanted < shot.stop else "best"


def _detector(backend: LandmarkBackend) -> Detector:
    trials = count()

    def detect(image: Image) -> Face | None:
        # following is quicker than searching anew: the face is where it was on the engine's last trial
        return next(iter(backend.follow(image, float(next(trials)), 1)), None)

    return detect


def _plate(folder: Path) -> Plate:
    path = read_crop_path(folder)
    return Plate(FaceTrack.load(folder / "track"), -path.affines[:, :, 2], path.size)


def _save(arrays: Arrays, out: Path) -> None:
    whole, rows = out / "arrays", out / "rows"
    whole.mkdir(parents=True)
    rows.mkdir()
    for name, array in arrays.items():
        if isinstance(array, Blocks):
            with NpyWriter(rows / f"{name}.npy", array.dtype) as writer:
                for block in array.make():
                    writer.append(block)
        else:
            np.save(whole / f"{name}.npy", array, allow_pickle=False)
