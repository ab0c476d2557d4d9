"""Second look: render a few frames, find the face again, and set the mouth so that it opens as the performer's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engines.base import Detector, Driving, Image
from engines.landmark_tps.canonical import face_height
from engines.landmark_tps.driver import Performance
from foundation.geometry import Array

SAMPLES = 10
PASSES = 2
LIMITS = 0.8, 2.2
Samples = dict[int, Image]
Trial = Callable[[float, int, Image], Image]


def opening(points: Array) -> float:
    """Inner-lip gap in face heights, as the lips' middle points show it."""
    return float(np.linalg.norm(points[13] - points[14])) / face_height(points)


def pick(performance: Performance, driving: Driving) -> Samples:
    """A handful of driving frames, from the most shut mouth to the widest."""
    openings = np.array([opening(points) for points in performance.points])
    openings[~driving.track.found] = np.nan
    usable = np.flatnonzero(np.isfinite(openings))
    if len(usable) == 0:
        return {}
    ranked = usable[np.argsort(openings[usable], kind="stable")]
    chosen = {int(i) for i in ranked[np.linspace(0, len(ranked) - 1, min(SAMPLES, len(ranked))).astype(int)]}
    samples = {}
    for index, frame in enumerate(driving.frames()):
        if index in chosen:
            samples[index] = frame
        if index >= max(chosen):
            break
    return samples


def mouth_gain(performance: Performance, samples: Samples, trial: Trial, detect: Detector, wanted: float) -> float:
    """The gain that makes the mouth's opening, found again on the result, grow as the performer's does."""
    gain = 1.0
    if wanted <= 0 or len(samples) < 4:
        return gain
    theirs = np.array([opening(performance.points[index]) for index in samples])
    if float(np.ptp(theirs)) < 0.02:
        return gain
    for _ in range(PASSES):
        faces = [detect(trial(gain, index, frame)) for index, frame in samples.items()]
        found = np.array([face is not None for face in faces])
        if found.sum() < 4:
            return gain
        ours = np.array([opening(face.points) for face in faces if face is not None])
        x = theirs[found] - theirs[found].mean()
        slope = float((x * (ours - ours.mean())).sum() / max(float((x * x).sum()), 1e-9)) / wanted
        if slope < 0.1:
            return gain
        gain = float(np.clip(gain / slope, *LIMITS))
    return gain
