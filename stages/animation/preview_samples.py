"""A quick look at one performer, before any long work: a few moments of the clip, the crop, and the portrait moved.

Reads a handful of frames, evenly spread, however long the clip is. Writes FRAMES (the portrait crop, animated, at some
of these moments), looks/NN.png (the driving frames, small) and crops/NN.png (the same, as the engine sees them). The
reference frame is chosen among these moments: the render chooses among all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Driving
from face.tint import Tint
from foundation.errors import InputError
from foundation.facetrack import Face, FaceTrack
from foundation.framing import Wanted, framing
from foundation.npy import Blocks
from foundation.shots import Shot
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from landmarks.selection import choose
from media.image.images import write_png
from media.image.resample import warp_affine
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from stages import Report
from stages.handover import engine_files, read_portrait
from stages.names import FRAMES

LOOKS = 9
SHOWN = 4
"""Moments that are read, and those of them that are animated."""
SMALL = 480
"""Longer side of the driving frames that are kept to be shown, pixels."""

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class _Look:
    seconds: Fraction
    image: Image
    face: Face


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, crop_size (if not the engine's own), select, backend, backend_version, start,
    length, fps, tolerant, motion, options. Inputs: crop, media, and file.NAME for each file that the engine reads.

    Raises: InputError if none of the frames shows the face.
    """
    engine, portrait = load_engine(settings["engine"]), read_portrait(inputs["crop"])
    fps = Fraction(settings["fps"])
    with load_backend(settings["backend"]) as backend:
        moments = [Fraction(settings["start"]) + shift for shift in _moments(settings, fps)]
        looks = _looks(settings, inputs["media"], backend, moments)
        size = (looks[0].image.shape[1], looks[0].image.shape[0])
        _track([look.face for look in looks], size).save(out / "found")
        wanted = Wanted(engine.crop.reach, settings.get("crop_size") or engine.crop.size)
        frame = framing(out / "found", range(len(looks)), [Shot(0, len(looks), seen=True)], wanted, 0.0)
        track = FaceTrack.load(out / "found").through(frame.affines[0], frame.size)
        crops = [warp_affine(look.image, frame.affines[0], frame.size) for look in looks]
        motion = {**settings["motion"], "smoothing": 0.0}
        if not isinstance(motion["reference"], str):
            motion["reference"] = 0  # it was read first
        reference = engine.reference(portrait, track, motion["reference"])
        files = engine_files(inputs)
        own = {engine.name: {**settings["options"], **files}}
        driving = Driving(track, float(fps), lambda numbers: (crops[number] for number in numbers))
        arrays = engine.prepare(
            portrait, driving, motion | own, lambda image: next(iter(backend.follow(image, 0.0, 1)), None)
        )
    made = {name: array.whole() if isinstance(array, Blocks) else array for name, array in arrays.items()}
    renderer = engine.open(portrait, made | {f"file.{name}": np.array(path) for name, path in files.items()})
    shown = sorted({round(n) for n in np.linspace(0, len(looks) - 1, min(SHOWN, len(looks)))})
    tint = Tint.of(portrait.image)
    with FrameWriter(out / FRAMES, size=(portrait.image.shape[1], portrait.image.shape[0]), fps=fps) as writer:
        for index in shown:
            picture = renderer.render(index, crops[index])
            writer.write(tint(picture) if tint else picture)
            report(writer.frames, len(shown))
    kept = sorted({*shown, reference})
    about = [
        _keep(out, number, looks[number], crops[number], frame.affines[0]) | {"animated": number in shown}
        for number in kept
    ]
    return {"looked": len(moments), "found": len(looks), "reference": kept.index(reference), "looks": about}


def _moments(settings: Mapping[str, Any], fps: Fraction) -> list[Fraction]:
    """Seconds into the clip, evenly spread; a reference that was asked for by its number comes first."""
    length, wanted = Fraction(settings["length"]), settings["motion"]["reference"]
    spread = [length * Fraction(2 * n + 1, 2 * LOOKS) for n in range(LOOKS)]
    if wanted == "first":
        return [Fraction(0), *spread]
    return spread if isinstance(wanted, str) else [min(wanted / fps, length * Fraction(999, 1000)), *spread]


def _looks(settings: Mapping[str, Any], media: Path, backend: LandmarkBackend, moments: list[Fraction]) -> list[_Look]:
    """The moments at which the chosen face is seen."""
    looks = []
    for seconds in moments:
        with VideoReader(media, start=seconds, tolerant=settings["tolerant"]) as reader:
            image = next((image for _, image in reader), None)
        faces = [] if image is None else backend.detect(image)
        if image is None or not faces:
            continue
        try:
            looks.append(_Look(seconds, image, choose(faces, settings["select"], media)))
        except InputError:
            if not looks and seconds == moments[-1]:
                raise
    if not looks:
        told = f"no face was found in {len(moments)} frames, evenly spread over the chosen range"
        raise InputError(told, file=media, cure="use a clip where a human face is visible")
    return looks


def _track(faces: list[Face], size: tuple[int, int]) -> FaceTrack:
    points, blendshapes, pose = (
        np.stack([getattr(face, name) for face in faces]) for name in ("points", "blendshapes", "pose")
    )
    return FaceTrack(points, np.ones(len(faces), bool), blendshapes, pose, faces[0].scheme, size)


def _keep(out: Path, number: int, look: _Look, crop: Image, affine: NDArray[np.float64]) -> dict[str, Any]:
    """Write a driving frame, small, and its crop; where its face and its crop are, as shares of its sides."""
    height, width = look.image.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    for folder, image in (
        ("looks", np.asarray(cv2.resize(look.image, size, interpolation=cv2.INTER_AREA), np.uint8)),
        ("crops", crop),
    ):
        (out / folder).mkdir(exist_ok=True)
        write_png(out / folder / f"{number:02d}.png", image)
    x0, y0 = -affine[:, 2] / affine[0, 0]
    x1, y1 = x0 + crop.shape[1] / affine[0, 0], y0 + crop.shape[0] / affine[0, 0]
    sides = np.array([width, height, width, height])
    return {
        "seconds": round(float(look.seconds), 3),
        "picture": f"looks/{number:02d}.png",
        "crop": f"crops/{number:02d}.png",
        "face": (np.array(look.face.box) / sides).round(4).tolist(),
        "box": (np.array([x0, y0, x1, y1]) / sides).round(4).tolist(),
    }
