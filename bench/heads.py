"""How far a portrait can turn: a clip's own frame, driven by the clip, against the clip's other frames.

    python -m bench.heads CLIP [--frames 150] [--step 5] [--limits 16,25,35]

The portrait is the clip's most frontal frame, and then the one that is turned furthest; so what a turned head should
look like is known. For each limit of the yaw (see face.retargeting) a row shows, by how far the head turned from the
portrait, the mean difference of colours inside the face, levels, once the true frame is laid onto the result by their
landmarks.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import _pair
from engines import load_engine
from engines.base import Driving, Own, Taking
from engines.landmark_tps.options import Options
from face import retargeting
from face.canonical import head_rotation
from face.motion import Motion
from face.topology import OVAL
from foundation.facetrack import Face, FaceTrack
from foundation.geometry import Image
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from media.video.reader import VideoReader

BUCKETS = (0, 5, 10, 15, 20, 25, 30, 40)
"""Degrees from the portrait's own yaw, between which differences are put together."""
Told = list[tuple[float, float]]


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.heads", description="Measure how far a portrait can turn.")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--step", type=int, default=5, help="every so manieth frame is looked at")
    parser.add_argument("--limits", default="16,25,35", help="of the yaw, degrees")
    options = parser.parse_args()
    with VideoReader(options.clip) as reader:
        frames = [frame for _, frame in islice(reader, options.frames)]
    with load_backend() as backend:
        found = [next(iter(backend.follow(frame, at / _pair.FPS, 1)), None) for at, frame in enumerate(frames)]
    pairs = [(frame, face) for frame, face in zip(frames, found, strict=True) if face is not None]
    frames, faces = [frame for frame, _ in pairs], [face for _, face in pairs]
    yaws = np.array([yaw(face) for face in faces])
    print("| yaw at most | " + " | ".join(f"{low} to {high}" for low, high in pairwise(BUCKETS)) + " |")
    print("|---" * len(BUCKETS) + "|")
    pitch, _, roll = retargeting.LIMITS.turn_limit
    for limit in map(float, options.limits.split(",")):
        retargeting.LIMITS = replace(retargeting.LIMITS, turn_limit=(pitch, limit, roll))
        told: Told = []
        with load_backend() as backend:
            for own in (int(np.argmin(np.abs(yaws))), int(np.argmax(np.abs(yaws)))):
                told += differences(frames, faces, own, options.step, backend)
        print(f"| {limit:.0f} | " + " | ".join(bucketed(told)) + " |", flush=True)
    return 0


def yaw(face: Face) -> float:
    """Degrees."""
    rotation = head_rotation(face)
    return float(np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2])))


def differences(frames: list[Image], faces: list[Face], own: int, step: int, backend: LandmarkBackend) -> Told:
    """Of every so manieth frame: how far the head turned from frame `own`, and how far the result is from the truth."""
    track = FaceTrack.of(faces, (frames[0].shape[1], frames[0].shape[0]))
    engine = load_engine("landmark_tps")
    crop = _pair.cut(frames[own], faces[own], engine, None)
    driving = Driving(track, _pair.FPS, lambda numbers: (frames[number] for number in numbers))
    prepared = engine.prepare(crop, driving, Taking(Options(), {}, Motion(reference=own)), lambda _: None)
    renderer = engine.open(crop, {name: _pair.whole(array) for name, array in prepared.items()}, Own(Options()))
    told = []
    for number in range(0, len(frames), step):
        made = renderer.render(number, frames[number])
        face = next(iter(backend.detect(made, 1)), None)
        if face is not None:
            told.append((abs(yaw(faces[number]) - yaw(faces[own])), apart(made, face, frames[number], faces[number])))
    return told


def apart(made: Image, face: Face, truth: Image, true_face: Face) -> float:
    """Mean difference inside the face, levels, once the truth is laid onto what was made."""
    ours, theirs = (each.points[:, :2].astype(np.float32) for each in (face, true_face))
    affine, _ = cv2.estimateAffinePartial2D(theirs, ours, method=cv2.LMEDS)
    laid = cv2.warpAffine(truth, affine, (made.shape[1], made.shape[0]))
    mask = np.zeros(made.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(ours[list(OVAL)]).astype(np.int32)), 1)
    return float(np.abs(laid.astype(np.float32) - made)[mask > 0].mean())


def bucketed(told: Told) -> list[str]:
    """The mean of each bucket; a dash where it is empty."""
    angles, errors = (np.array(column) for column in zip(*told, strict=True))
    cells: list[NDArray[np.float64]] = [errors[(angles >= low) & (angles < high)] for low, high in pairwise(BUCKETS)]
    return [f"{cell.mean():.1f}" if len(cell) else "-" for cell in cells]


if __name__ == "__main__":
    sys.exit(main())
