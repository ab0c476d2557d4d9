"""The published motion templates (.pkl) as drivers: what a template says of a frame is a row of a track."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

import liveportrait
from engines.motion_files import Filed
from foundation.facetrack import FaceTrack
from foundation.schemes import MOTION
from foundation.times import rate
from liveportrait.packed import packed, unpacked

SIDE = 256
"""Pixels of the square in which its keypoints are drawn for people."""


def read(path: Path) -> Filed:
    """The template as a driver.

    Raises: InputError if it is no template, or damaged.
    """
    template = liveportrait.read_template(path)
    rows = packed(template.motion, template.ratios).numpy()
    seen = template.motion.keypoints.double().numpy()
    corners = np.array([[0.0, 0, 0], [SIDE, 0, 0], [SIDE, SIDE, 0], [0, SIDE, 0]]) - (0.5, 0.5, 0)
    points = np.concatenate([np.broadcast_to(corners, (len(rows), 4, 3)), (seen + 1) * (SIDE - 1) / 2], axis=1)
    count = len(rows)
    track = FaceTrack(
        points,
        np.ones(count, bool),
        rows,
        np.tile(np.eye(4), (count, 1, 1)),
        MOTION,
        (SIDE, SIDE),
        inside=np.zeros((count, 2), np.float32),
    )
    return Filed(track, rate(template.fps))


def unpacked_rows(track: FaceTrack) -> tuple[liveportrait.MotionInfo, liveportrait.Ratios | None]:
    """The motion of such a driver, and the ratios of eyes and lips, if the template has them."""
    return unpacked(torch.from_numpy(np.asarray(track.blendshapes[:], np.float32)))
