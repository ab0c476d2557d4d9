"""One portrait driven by one clip: rendered as the pipeline does, then looked at again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import _figures
from bench._looks import Looks
from bench._media import Image, Media
from compositing.behind import with_halo, without_person
from engines import ENGINES, load_engine
from engines.base import Driving, Engine, Own, Portrait, Taking
from engines.landmark_tps.options import Options
from engines.tpsmm import options as network_options
from face.mattes import person_matte
from foundation.crop import upright
from foundation.facetrack import Face, FaceTrack, head_frame
from foundation.geometry import Box, square_around
from foundation.npy import Blocks
from foundation.person import Person
from landmarks.base import LandmarkBackend
from media.image.resample import warp_affine
from quality import surface
from quality.features import features

FPS = 25.0


@dataclass(frozen=True)
class Clip:
    """A driving clip with its landmarks."""

    name: str
    track: FaceTrack
    looks: Looks
    frames: Callable[[], Iterator[Image]]

    def pick(self, numbers: Sequence[int]) -> Iterator[Image]:
        """The frames with these ascending numbers."""
        return (frame for number, frame in enumerate(self.frames()) if number in numbers)


def follow(media: Media, name: str, limit: int, backend: LandmarkBackend) -> Clip:
    """Landmarks of the clip's first `limit` frames; a frame without a face gets its neighbour's."""

    def frames() -> Iterator[Image]:
        return media.frames(name, limit)

    looks, faces, size = Looks(), [], (0, 0)
    for index, image in enumerate(frames()):
        size = (image.shape[1], image.shape[0])
        face = next(iter(backend.follow(image, index / FPS, 1)), None)
        looks.add(image, face)
        faces.append(face)
    found = [index for index, face in enumerate(faces) if face is not None]
    nearest = [min(found, key=lambda other, at=index: abs(other - at)) for index in range(len(faces))]  # type: ignore[misc]
    kept = [faces[index] for index in nearest]
    track = FaceTrack(
        np.stack([face.points for face in kept if face]),
        np.array([face is not None for face in faces]),
        np.stack([face.blendshapes for face in kept if face]),
        np.stack([face.pose for face in kept if face]),
        backend.scheme,
        size,
    )
    return Clip(name, track, looks, frames)


@dataclass(frozen=True)
class Network:
    """A network for the engine tpsmm: its config and checkpoint, and the pixels a side of the crop that it is given."""

    config: Path
    checkpoint: Path
    side: int = 512

    @property
    def files(self) -> dict[str, Path]:
        return {"config": self.config, "checkpoint": self.checkpoint}


def cut(picture: Image, face: Face, engine: Engine[Any], side: int | None) -> Portrait:
    """The crop that the engine wants, in the picture's own pixels, or of `side` x `side` pixels."""
    head = head_frame(face.points, face.scheme)
    if side is not None:
        affine = upright(head, ENGINES[engine.name].crop.reach * head.height, side)
        scale = float(np.sqrt(np.linalg.det(affine[:, :2])))
        flat = face.points[:, :2] @ affine[:, :2].T + affine[:, 2]
        moved = Face(np.hstack([flat, face.points[:, 2:] * scale]), face.scheme, face.blendshapes, face.pose)
        return Portrait(warp_affine(picture, affine, (side, side), border=cv2.BORDER_REFLECT_101), moved, (True,) * 4)
    wanted = square_around(head.centre, ENGINES[engine.name].crop.reach * head.height)
    height, width = picture.shape[:2]
    box = wanted.clipped(width, height)
    points = face.points - np.array([box.x0, box.y0, 0.0])
    edges = (wanted.x0 > 0, wanted.y0 > 0, wanted.x1 < width, wanted.y1 < height)
    crop = np.ascontiguousarray(picture[box.slices])
    cut_face = Face(points, face.scheme, face.blendshapes, face.pose)
    return Portrait(crop, cut_face, edges, _person(picture, face, box, head.height))


def _person(picture: Image, face: Face, box: Box, height: float) -> Person | None:
    """The person in a box of the picture, if it can be relied on."""
    matte = person_matte(picture, face)
    if matte.doubt is not None:
        return None
    moving = with_halo(matte.opacity, height)
    behind = without_person(picture, moving, height)
    return Person(*(np.ascontiguousarray(each[box.slices]) for each in (moving, behind)))


def whole(array: Any) -> NDArray[Any]:
    """An array that an engine prepared, made in full."""
    return array.whole() if isinstance(array, Blocks) else array


@dataclass(frozen=True)
class Result:
    """A measured pair: `figures` by name, and the frames that were asked for."""

    portrait: str
    clip: str
    figures: dict[str, float]
    shown: dict[int, Image]
    crop: Portrait


def measure(
    picture: tuple[str, Image],
    clip: Clip,
    backends: tuple[LandmarkBackend, LandmarkBackend],
    show: set[int],
    network: Network | None = None,
) -> Result:
    """Render the clip's frames and measure them.

    Args:
        backends: one for stills (detection in the portrait and in calibration), one that follows the result.
        network: for the engine tpsmm; None: the default engine.
    """
    name, image = picture
    still, moving = backends
    engine = load_engine("tpsmm" if network else "landmark_tps")
    faces = still.detect(image, 1)
    if not faces:
        raise ValueError(f"no face in the portrait {name!r}")
    crop = cut(image, faces[0], engine, network.side if network else None)
    own: Own[Any] = Own(network_options.Options(), network.files) if network else Own(Options())
    taking = Taking(own.options, own.files)
    started = time.perf_counter()
    driving = Driving(clip.track, FPS, clip.pick)
    prepared = engine.prepare(crop, driving, taking, lambda shown: next(iter(still.detect(shown, 1)), None))
    prepared = {name: whole(array) for name, array in prepared.items()}
    preparing = time.perf_counter() - started
    renderer = engine.open(crop, prepared, own)
    looks, seconds, shown = Looks(), [], {}
    box = surface.face_box(head_frame(crop.face.points, crop.face.scheme))
    background = _figures.Background(crop)
    for index, frame in enumerate(clip.frames()):
        started = time.process_time()
        out = renderer.render(index, frame)
        seconds.append(time.process_time() - started)
        looks.add(out, next(iter(moving.follow(out, index / FPS, 1)), None), box)
        background.add(out)
        if index in show:
            shown[index] = out
    figures = _figures.compare(clip.looks, looks, features(crop.image, crop.face))
    figures |= background.figures()
    figures |= {
        "render_ms": 1e3 * float(np.median(seconds)),
        "prepare_s": preparing,
        "face_px": head_frame(crop.face.points, crop.face.scheme).height,
    }
    if "calibration" in prepared:
        figures |= dict(zip(("lips_gain", "lids_gain", "parting"), map(float, prepared["calibration"]), strict=False))
    return Result(name, clip.name, figures, shown, crop)
