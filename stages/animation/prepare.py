"""What the engine needs from the portrait and the whole clip, worked out once, so that chunks are independent.

Each shot in which the face is seen is a performance of its own, with a reference frame of its own; on a moving plate
the clip is one performance. Writes a folder for each (see artifacts.Prepared) with arrays/ and rows/: one .npy file
for each array that the engine returned, the large ones row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path

import numpy as np

from engines import load_engine
from engines.base import Arrays, Driving, Taking
from engines.plates import Plate, PlateEngine
from face.calibration import Detector
from face.motion import Reference
from face.turns import Turns
from foundation.errors import InputError
from foundation.facetrack import Face
from foundation.geometry import Image
from foundation.npy import Blocks, NpyWriter
from foundation.shots import Shot
from foundation.subject import Square
from landmarks.base import LandmarkBackend
from media.video.reader import read_frames
from stages.artifacts import Clip, Frames, Prepared
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.prepare import Facts, Inputs, Settings
from stages.crops import Crop, PlateCrop
from stages.engine_use import engine_files, read_options


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Prepare each shot.

    Raises:
        InputError: portrait or clip cannot be used.
    """
    engine, portrait = load_engine(settings.engine.name), inputs.crop.portrait()
    shots = inputs.clip.shots()
    length = shots[-1].stop
    plate = _plate(inputs.crop, inputs.plate) if inputs.plate and isinstance(engine, PlateEngine) else None
    if plate:
        shots = [Shot(0, length, seen=True)]
    options, files = read_options(engine, settings.options), engine_files(inputs.files)
    names: set[str] = set()
    with backend_for(settings.backend, Square() if settings.engine.subject == "whole" else None) as backend:
        for number, shot in enumerate(shots):
            if not shot.seen:
                continue
            driving, detect = _driving(inputs.clip, shot, settings.fps), _detector(backend)
            motion = replace(settings.motion, reference=_reference(settings.motion.reference, shot, shots))
            turns = Turns.of(settings.turns, slice(shot.start, shot.stop))
            taking = Taking(options, files, motion, turns)
            if plate and isinstance(engine, PlateEngine):
                arrays = engine.prepare_plate(plate, portrait, driving, taking, detect)
            else:
                arrays = engine.prepare(portrait, driving, taking, detect)
            _save(arrays, Prepared.folder(out, number))
            names.update(arrays)
            backend.forget()
            report(shot.stop, length)
    return Facts(arrays=tuple(sorted(names)), frames=length, shots=sum(shot.seen for shot in shots))


def _driving(clip: Clip, shot: Shot, fps: Fraction) -> Driving:
    """One shot of a clip, as engines take it."""

    def pick(numbers: Sequence[int]) -> Iterator[Image]:
        return clip.pick([shot.start + number for number in numbers])

    return Driving(clip.track(slice(shot.start, shot.stop)), float(fps), pick)


def _reference(wanted: Reference, shot: Shot, shots: list[Shot]) -> Reference:
    """A frame's number, counted in the clip, is one of its own shot; the other shots choose theirs.

    Raises:
        InputError: the face is not seen in that frame.
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


def _plate(crop: Crop, frames: Frames) -> Plate:
    moving = PlateCrop(crop.given, crop.path)
    path = moving.way()

    def crops() -> Iterator[Image]:
        return (path.cut(index, frame) for index, frame in enumerate(read_frames(frames.video)))

    return Plate(moving.track(), -path.affines[:, :, 2], path.size, crops)


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
