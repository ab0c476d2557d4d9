"""A quick look at one performer, before any long work: a few moments of the clip, the crop, and the portrait moved.

Reads a handful of frames, evenly spread, however long the clip is. Writes FRAMES (the portrait crop, animated, at some
of these moments), looks/NN.png (the driving frames, small) and crops/NN.png (the same, as the engine sees them). The
reference frame is chosen among these moments: the render chooses among all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Driving, Taking
from engines.motion_files import is_motion_file, motion_files
from face.sketch import sketch
from face.tint import Tint
from foundation.errors import InputError
from foundation.facetrack import Face, FaceTrack
from foundation.framing import Wanted, framing
from foundation.geometry import Array, Image
from foundation.npy import Blocks
from foundation.shots import Shot
from landmarks.base import LandmarkBackend
from landmarks.selection import choose
from media.image.images import write_png
from media.image.resample import warp_affine
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from speech.performance import rehearsal
from stages.artifacts import FRAMES
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.preview_samples import SHOWN, Corners, Facts, Inputs, Look, Settings, Watched
from stages.engine_use import crop_spec, engine_files, read_options

LOOKS = 9
"""Moments that are read."""
SMALL = 480
"""Longer side of the driving frames that are kept to be shown, pixels."""


@dataclass(frozen=True)
class _Look:
    seconds: Fraction
    image: Image
    face: Face


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look, and animate.

    Raises:
        InputError: none of the frames shows the face.
    """
    engine, portrait = load_engine(settings.engine.name), inputs.crop.portrait(inputs.matte)
    square = settings.watched.square if settings.watched else None
    with backend_for(settings.backend, square) as backend:
        looked, looks, inside = _seen(settings, inputs, backend)
        size = (looks[0].image.shape[1], looks[0].image.shape[0])
        replace(FaceTrack.of([look.face for look in looks], size), inside=inside).save(out / "found")
        spec = crop_spec(settings.engine)
        wanted = Wanted(spec.reach, spec.size)
        frame = framing(out / "found", range(len(looks)), [Shot(0, len(looks), seen=True)], wanted, 0.0)
        track = FaceTrack.load(out / "found").through(frame.affines[0], frame.size)
        crops = [warp_affine(look.image, frame.affines[0], frame.size) for look in looks]
        motion = replace(settings.motion, smoothing=0.0)
        if not isinstance(motion.reference, str):
            motion = replace(motion, reference=0)  # it was read first
        taking = Taking(read_options(engine, settings.options), engine_files(inputs.files), motion)
        driving = Driving(track, float(settings.fps), lambda numbers: (crops[number] for number in numbers))
        arrays = engine.prepare(
            portrait, driving, taking, lambda image: next(iter(backend.follow(image, 0.0, 1)), None)
        )
        told = arrays.get("reference")
        reference = engine.reference(portrait, track, motion.reference) if told is None else int(told)
    made = {name: array.whole() if isinstance(array, Blocks) else array for name, array in arrays.items()}
    renderer = engine.open(portrait, made, taking)
    shown = sorted({round(n) for n in np.linspace(0, len(looks) - 1, min(SHOWN, len(looks)))})
    whole = (portrait.image.shape[1], portrait.image.shape[0])
    tint = Tint.of(portrait.image)
    with FrameWriter(out / FRAMES, size=whole, fps=settings.fps) as writer:
        for index in shown:
            picture = renderer.render(index, crops[index])
            writer.write(tint(picture) if tint else picture)
            report(writer.frames, len(shown))
    kept = sorted({*shown, reference})
    about = tuple(
        _keep(out, number, looks[number], crops[number], frame.affines[0], animated=number in shown) for number in kept
    )
    return Facts(looked=looked, found=len(looks), reference=kept.index(reference), looks=about)


def _seen(settings: Settings, inputs: Inputs, backend: LandmarkBackend) -> tuple[int, list[_Look], NDArray[np.float32]]:
    """How many moments were looked at, those that show a face, and what FaceTrack.inside has of them."""
    if settings.watched is None or inputs.media is None:
        made = rehearsal(LOOKS)
        faces = [made.face(number) for number in range(LOOKS)]
        return LOOKS, [_Look(Fraction(0), sketch(face.points, made.size), face) for face in faces], made.inside
    watched = settings.watched
    if is_motion_file(inputs.media.path):
        return _filed(watched, inputs.media.path, settings)
    moments = [watched.start + shift for shift in _moments(settings, watched)]
    return len(moments), _looks(watched, inputs.media.clip, backend, moments), np.zeros((0, 2), np.float32)


def _filed(watched: Watched, file: Path, settings: Settings) -> tuple[int, list[_Look], NDArray[np.float32]]:
    """The moments of a file of motion, drawn."""
    filed, looks = motion_files().read(file), []
    for shift in _moments(settings, watched):
        face = filed.track.face(min(int((watched.start + shift) * filed.fps), len(filed.track) - 1))
        looks.append(_Look(watched.start + shift, sketch(face.points, filed.track.size), face))
    return len(looks), looks, np.zeros((len(looks), 2), np.float32)


def _moments(settings: Settings, watched: Watched) -> list[Fraction]:
    """Seconds into the clip, evenly spread; a reference that was asked for by its number comes first."""
    length, wanted = watched.length, settings.motion.reference
    spread = [length * Fraction(2 * n + 1, 2 * LOOKS) for n in range(LOOKS)]
    if wanted == "first":
        return [Fraction(0), *spread]
    return spread if isinstance(wanted, str) else [min(wanted / settings.fps, length * Fraction(999, 1000)), *spread]


def _looks(watched: Watched, media: Path, backend: LandmarkBackend, moments: list[Fraction]) -> list[_Look]:
    """The moments at which the chosen face is seen."""
    looks = []
    for seconds in moments:
        with VideoReader(media, start=seconds, tolerant=watched.tolerant) as reader:
            image = next((image for _, image in reader), None)
        faces = [] if image is None else backend.detect(image)
        if image is None or not faces:
            continue
        try:
            looks.append(_Look(seconds, image, choose(faces, watched.select, media)))
        except InputError:
            if not looks and seconds == moments[-1]:
                raise
    if not looks:
        told = f"no face was found in {len(moments)} frames, evenly spread over the chosen range"
        raise InputError(told, file=media, cure="use a clip where a human face is visible")
    return looks


def _keep(out: Path, number: int, look: _Look, crop: Image, affine: Array, *, animated: bool) -> Look:
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
    return Look(
        seconds=round(float(look.seconds), 3),
        picture=f"looks/{number:02d}.png",
        crop=f"crops/{number:02d}.png",
        face=_shares(look.face.box, sides),
        box=_shares((x0, y0, x1, y1), sides),
        animated=animated,
    )


def _shares(corners: tuple[float, float, float, float], sides: Array) -> Corners:
    x0, y0, x1, y1 = (np.array(corners) / sides).round(4).tolist()
    return x0, y0, x1, y1
