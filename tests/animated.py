"""What every engine is tried on: the astronaut's face, the man of the carphone clip, the files that come with Duet."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cv2
import numpy as np

from engines import ENGINES
from engines.base import Driving, Engine, Portrait
from engines.crops import crop_affine
from foundation.facetrack import Face, FaceTrack, head_frame
from foundation.geometry import Image, apply_affine, square_around
from foundation.subject import Subject
from landmarks.base import LandmarkBackend
from media.image.images import read_image
from media.image.resample import warp_affine
from media.samples import sample_path
from media.video.reader import VideoReader
from tests.conftest import ROOT
from tests.tiny_networks import STAND_INS, write_tpsmm

WIDEST = 50
"""The frame of the carphone clip from which the mouth opens widest."""


def files_of(engine: str, subject: Subject = "face") -> dict[str, Path]:
    """The files that an engine reads, by its names for them: those that come with Duet, or stand-ins."""
    if engine == "tpsmm" and subject == "whole":
        return write_tpsmm(_folder(engine))
    if engine == "tpsmm":
        folder = ROOT / "configs"
        checkpoint = folder / "checkpoints" / "duet-128.safetensors"
        return {"config": folder / "models" / "duet-128.yaml", "checkpoint": checkpoint}
    return STAND_INS[engine](_folder(engine)) if engine in STAND_INS else {}


@cache
def _folder(engine: str) -> Path:
    """Kept as long as this process lives."""
    made = Path(mkdtemp(prefix=f"duet-{engine}-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def astronaut(backend: LandmarkBackend, engine: Engine[Any]) -> Portrait:
    """The crop that the engine asks for."""
    picture = read_image(sample_path("astronaut"))
    return cut(picture, backend.detect(picture, 1)[0], engine)


def carphone(backend: LandmarkBackend, frames: int) -> tuple[FaceTrack, list[Image]]:
    """The man of the carphone clip, around his widest mouth."""
    pictures = carphone_frames(frames)
    faces = [backend.detect(picture, 1)[0] for picture in pictures]
    return FaceTrack.of(faces, (pictures[0].shape[1], pictures[0].shape[0])), pictures


def carphone_frames(frames: int) -> list[Image]:
    """So many frames of the clip."""
    with VideoReader(sample_path("carphone")) as reader:
        return [frame for _, frame in islice(reader, WIDEST, WIDEST + frames)]


def driven_by(track: FaceTrack, frames: Sequence[Image]) -> Driving:
    """A clip of 30 frames a second."""
    return Driving(track, 30.0, lambda numbers: (frames[number] for number in numbers))


def cut(picture: Image, face: Face, engine: Engine[Any]) -> Portrait:
    """The crop of a picture that the engine asks for."""
    head = head_frame(face.points, face.scheme)
    spec = ENGINES[engine.name].crop
    half, size = spec.reach * head.height, spec.size
    if size is not None:
        affine = crop_affine(spec, face.points, head, size)
        crop = warp_affine(picture, affine, (size, size), border=cv2.BORDER_REFLECT_101)
        return Portrait(crop, replace(face, points=apply_affine(affine, face.points)), (True, True, True, True))
    wanted = square_around(head.centre, half)
    height, width = picture.shape[:2]
    box = wanted.clipped(width, height)
    points = face.points - np.array([box.x0, box.y0, 0.0])
    edges = (wanted.x0 > 0, wanted.y0 > 0, wanted.x1 < width, wanted.y1 < height)
    return Portrait(np.ascontiguousarray(picture[box.slices]), replace(face, points=points), edges)
