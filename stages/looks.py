"""What the stages that look at a performer's result have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face, FaceTrack, HeadFrame, head_frame
from foundation.geometry import Image
from foundation.npy import BLOCK
from media.image.resample import warp_affine
from media.video.lossless import pick_frames
from quality.features import mouth_opening, turning
from quality.picture import driver_motion

PAIRS, PAIR_SIDE = 6, 256
"""How many instants are kept for people, and the pixels a side of each of their two pictures."""


def picked(chunks: list[tuple[int, Path]], wanted: Iterable[int]) -> Iterator[tuple[int, Image]]:
    """Number and picture of every frame that is wanted, of a result in chunks: (first frame, file)."""
    numbers = np.array(sorted(set(wanted)))
    ends = [start for start, _ in chunks[1:]] + [np.iinfo(np.int64).max]
    for (start, video), end in zip(chunks, ends, strict=True):
        inside = numbers[(numbers >= start) & (numbers < end)]
        yield from zip(inside.tolist(), pick_frames(video, (inside - start).tolist()), strict=True)


def every_frame(track: FaceTrack, frames: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(frames,) how far the driver moves, 0 for the first; and its mouth's opening."""
    moved, mouths, last = [np.zeros(1)], [], None
    for start in range(0, min(frames, len(track)), BLOCK):
        block = np.asarray(track.points[start : min(start + BLOCK, frames)], np.float64)
        joined = block if last is None else np.concatenate([last, block])
        heights = np.array([head_frame(points, track.scheme).height for points in joined])
        moved.append(driver_motion(joined, heights))
        mouths.append(mouth_opening(block, track.scheme))
        last = block[-1:]
    return np.concatenate(moved), np.concatenate(mouths)


def mouths_at(track: FaceTrack, frames: NDArray[np.int64]) -> NDArray[np.float64]:
    """(M,) the driver's mouth's opening in some frames."""
    blocks = [frames[start : start + BLOCK] for start in range(0, len(frames), BLOCK)]
    points = (np.asarray(track.points[block], np.float64) for block in blocks)
    return np.concatenate([mouth_opening(each, track.scheme) for each in points])


def turning_at(track: FaceTrack, frames: NDArray[np.int64]) -> NDArray[np.float64]:
    """(M, 3) the driver's yaw, pitch and roll in some frames, degrees; NaN where they are not known."""
    found: list[NDArray[np.float64]] = []
    blendshapes = np.zeros(0)
    for start in range(0, len(frames), BLOCK):
        block = frames[start : start + BLOCK]
        points, poses = (np.asarray(rows[block], np.float64) for rows in (track.points, track.pose))
        faces = (Face(face, track.scheme, blendshapes, pose) for face, pose in zip(points, poses, strict=True))
        found += map(turning, faces)
    return np.array(found).reshape(-1, 3)


def close_up(image: Image, head: HeadFrame) -> Image:
    """A square around the head, PAIR_SIDE pixels a side, the picture's edge going on outside it."""
    half = 0.95 * max(head.height, 8.0)
    scale = PAIR_SIDE / (2 * half)
    x, y = head.centre
    affine = np.array([[scale, 0.0, -(x - half) * scale], [0.0, scale, -(y - half) * scale]])
    return warp_affine(image, affine, (PAIR_SIDE, PAIR_SIDE), border=cv2.BORDER_REPLICATE)
