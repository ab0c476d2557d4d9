"""Cut a clip around its face into an array, to train on: one square that stands still, wide enough to be cut again.

Writes frames.npy, (N, side, side, 3) uint8 RGB, and track/ (the face in each of them, in these frames' pixels). Frames
in which no face was found are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError
from foundation.facetrack import FaceTrack, head_frame, transfer
from foundation.geometry import Array
from foundation.npy import NpyWriter
from media.image.resample import warp_affine
from media.video.reader import VideoReader
from stages.contract import Report
from stages.contracts.face_crops import Facts, Inputs, Settings

FEWEST = 8
"""Frames with a face that a clip must have: pairs of fewer teach how one picture goes over into itself."""
STILL = 8
"""Levels of 255 by which a hundredth of the pixels must change somewhere: less is the noise of a compressed still."""

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the crops.

    Raises:
        InputError: the clip has too few frames with a face, or shows one still picture.
    """
    track, media, side = inputs.faces.track(), inputs.media.clip, settings.side
    chosen = _chosen(track, settings.most, media)
    affine = _square(track, chosen, side, settings.reach)
    transfer(inputs.faces.folder, out / "track", chosen, [affine] * len(chosen), (side, side))
    first, change = None, 0.0
    with NpyWriter(out / "frames.npy", np.uint8) as writer:
        for frame in _frames(media, chosen):
            cut = warp_affine(frame, affine, (side, side), border=cv2.BORDER_REPLICATE)
            first = cut if first is None else first
            change = max(change, _changed(first, cut))
            writer.append(cut[None])
            report(writer.rows, len(chosen))
    if writer.rows != len(chosen):
        raise InputError(f"gave {writer.rows} of {len(chosen)} frames", file=media, cure="check the file for damage")
    if change < STILL:
        raise InputError("is one still picture: there is no motion to learn", file=media, cure="leave the clip out")
    return Facts(frames=len(chosen), side=side)


def _chosen(track: FaceTrack, most: int, media: Path) -> list[int]:
    seen = np.flatnonzero(track.found)
    if len(seen) < FEWEST:
        raise InputError(
            f"shows a face in {len(seen)} frames, and training needs {FEWEST}", file=media, cure="leave the clip out"
        )
    picked = np.linspace(0, len(seen) - 1, min(most, len(seen))).round().astype(int)
    return [int(index) for index in seen[picked]]


def _changed(first: Image, frame: Image) -> float:
    """By how many levels the hundredth of the pixels that change most do."""
    return float(np.percentile(cv2.absdiff(first, frame).max(axis=-1), 99))


def _square(track: FaceTrack, chosen: list[int], side: int, reach: float) -> Array:
    """The affine from the clip's pixels to the tube's."""
    heads = [head_frame(points, track.scheme) for points in track.points[chosen]]
    centre = np.median([head.centre for head in heads], axis=0)
    half = reach * float(np.median([head.height for head in heads]))
    scale = side / (2 * half)
    return np.concatenate([np.eye(2) * scale, ((side - 1) / 2 - scale * centre)[:, None]], axis=1)


def _frames(media: Path, chosen: list[int]) -> Iterator[Image]:
    wanted = set(chosen)
    with VideoReader(media) as reader:
        for index, (_, frame) in enumerate(reader):
            if index in wanted:
                yield frame
            if index == chosen[-1]:
                return
