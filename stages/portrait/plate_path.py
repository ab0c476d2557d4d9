"""The crop that follows a face through a moving plate, and the plate's most usual frame as the engine's portrait.

Writes the files of a crop (of that frame; `box` is the whole picture, for all of a plate moves), track/ (the face in
each of the plate's frames, in the picture's pixels) and affines.npy: (N, 2, 3), from the pixels of frame n to the
crop's. All crops have one size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.crops import crop_affine
from engines.plugin import CropSpec
from foundation.crop import CropInfo
from foundation.facetrack import Face, FaceTrack, HeadFrame, head_frame, still, transfer
from foundation.geometry import Array, Box, umeyama
from foundation.npy import Rows
from foundation.smoothing import steadied
from foundation.times import resample
from media.video.reader import read_frames
from stages.contract import Report
from stages.contracts.plate_path import Facts, Inputs, Settings
from stages.crop_files import CropPath, write_info, write_pictures
from stages.engine_use import check_scheme, crop_spec

STEADY = 2.0
"""Frames of Gaussian smoothing of the crop's path: landmarks tremble, heads do not."""
LOOKED_AT = 512
"""Frames, spread over the plate, among which the most usual one is looked for."""

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the crop and its path.

    Raises:
        ManifestError: the engine cannot use such landmarks.
    """
    found, timing = inputs.faces.track(), settings.timing
    check_scheme(settings.engine, found.scheme)
    spec = crop_spec(settings.engine)
    chosen = resample(inputs.faces.times(), timing.start, timing.frames, timing.fps)
    transfer(inputs.faces.folder, out / "track", chosen, [np.eye(2, 3)] * len(chosen), found.size)
    track = FaceTrack.load(out / "track")
    usual = _most_usual(track)
    picture = next(read_frames(inputs.plate.video, start=usual))
    affines, size = _path(track, spec, usual)
    path = CropPath(affines, size, track.size, native=spec.size is None)
    path.save(out)
    _write_portrait(out, picture, path.cut(usual, picture), track.face(usual), path.crop(usual))
    return Facts(reference=usual, size=size, frames=len(track))


def _heads(track: FaceTrack) -> Iterator[HeadFrame]:
    for block in Rows.blocks(track.points):  # type: ignore[arg-type]  # of a loaded track, points are Rows
        for points in block:
            yield head_frame(points, track.scheme)


def _most_usual(track: FaceTrack) -> int:
    """The frame whose face is most like what the plate shows of it on the whole."""
    seen = np.flatnonzero(track.found)
    seen = seen if len(seen) else np.arange(len(track))
    looked_at = seen[np.unique(np.linspace(0, len(seen) - 1, min(LOOKED_AT, len(seen))).astype(int))]
    shapes = []
    for index in looked_at:
        points = np.asarray(track.points[index], np.float64)
        head = head_frame(points, track.scheme)
        shapes.append((points[:, :2] - head.centre) / head.height)
    stack = np.stack(shapes)
    return int(looked_at[np.abs(stack - np.median(stack, axis=0)).mean(axis=(1, 2)).argmin()])


def _path(track: FaceTrack, spec: CropSpec, usual: int) -> tuple[Array, tuple[int, int]]:
    """(N, 2, 3) affines from the plate's frames to the crop, and the crop's (width, height)."""
    if spec.size is None:
        heads = [(*head.centre, head.height) for head in _heads(track)]
        table = np.array(heads)
        side = int(np.ceil(2 * spec.reach * table[:, 2].max()))
        width, height = min(side, track.size[0]), min(side, track.size[1])
        corner = np.rint(steadied(table[:, :2], STEADY) - np.array([width, height]) / 2)
        corner = np.clip(corner, 0, np.array(track.size) - (width, height))
        affines = np.tile(np.eye(2, 3), (len(track), 1, 1))
        affines[:, :, 2] = -corner
        return affines, (width, height)
    reference = np.asarray(track.points[usual, :, :2], np.float64)
    head = head_frame(track.points[usual], track.scheme)
    to_crop = crop_affine(spec, np.asarray(track.points[usual], np.float64), head, spec.size)
    path = steadied(
        np.array([_similarity(np.asarray(p[:, :2], np.float64), reference) for p in _points(track)]), STEADY
    )
    linear = np.stack([np.stack([path[:, 0], -path[:, 1]], 1), np.stack([path[:, 1], path[:, 0]], 1)], axis=1)
    moved = np.concatenate([to_crop[:, :2] @ linear, (path[:, 2:] @ to_crop[:, :2].T + to_crop[:, 2])[:, :, None]], 2)
    return moved, (spec.size, spec.size)


def _points(track: FaceTrack) -> Iterator[NDArray[np.floating]]:
    for block in Rows.blocks(track.points):  # type: ignore[arg-type]  # as above
        yield from block


def _similarity(points: Array, reference: Array) -> tuple[float, float, float, float]:
    """a, b, x, y of the similarity [[a, -b], [b, a]] p + (x, y) that lays the face over the reference."""
    scale, rotation, shift = umeyama(points, reference)
    return scale * rotation[0, 0], scale * rotation[1, 0], float(shift[0]), float(shift[1])


def _write_portrait(out: Path, picture: Image, image: Image, face: Face, crop: CropInfo) -> None:
    """The files of a crop, of the plate's most usual frame; `image` is that crop."""
    height, width = picture.shape[:2]
    still(face, (width, height)).through(crop.affine, crop.size).save(out / "face")
    write_pictures(out, picture, image, None)
    write_info(out, replace(crop, box=Box(0, 0, width, height)), head_frame(face.points, face.scheme))
