"""Head, brows, lids and gaze of somebody who was filmed, for a mouth that is made up."""

from __future__ import annotations

import numpy as np

from face import motion as taken
from face.performance import analyse
from face.steadying import spans
from foundation.facetrack import FaceTrack
from speech.loudness import steps
from speech.motion import Curves, Motion

BROWS = (105, 334, 107, 336)
"""Points whose height is that of the brows, as in the rig's fit."""


def motion_of(track: FaceTrack, fps: float, seconds: float, *, head: float = 1.0, energy: float = 1.0) -> Motion:
    """How the face of a track moves, its mouth aside.

    Args:
        fps: of the track, frames a second.
        seconds: how long.
        head: how much of the head's turning is taken.
        energy: how much of the brows' rising.
    """
    performance = analyse(track, taken.Motion())
    brows = [-performance.shapes(span)[:, list(BROWS), 1].mean(axis=1) for span in spans(len(performance))]
    brow = np.concatenate(brows)
    gaze = (performance.gaze - performance.gaze[performance.reference]).mean(axis=1)
    times, own = steps(seconds), np.arange(len(track)) / fps

    def curve(values: Curves) -> Curves:
        return np.stack([np.interp(times, own, channel) for channel in values.T], axis=1)

    return Motion(
        turn=head * curve(performance.turn),
        shift=head * curve(performance.shift[:, :2]),
        lids=curve(np.clip(1 - performance.openness.mean(axis=1, keepdims=True), 0, 1))[:, 0],
        gaze=curve(gaze),
        brow=energy * curve((brow - brow[performance.reference])[:, None])[:, 0],
    )
