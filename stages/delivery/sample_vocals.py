"""Sing a sample vocal from a face: the mouth's opening becomes loudness and vowel, so that sync can be heard.

Writes vocals.wav.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from foundation.errors import InputError
from foundation.facetrack import head_frame
from foundation.schemes import IBUG_68, MEDIAPIPE_478
from foundation.times import resample
from media.sound.cutting import write_wav
from media.sound.synth import sing
from stages.artifacts import VOCALS
from stages.contract import Report
from stages.contracts.sample_vocals import Facts, Inputs, Settings

INNER_LIPS = {MEDIAPIPE_478: (13, 14), IBUG_68: (62, 66)}
"""The middle of the inner lips, above and below."""

SAMPLE_RATE = 48_000


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Sing.

    Raises:
        InputError: the mouth never opens.
    """
    track, timing = inputs.faces.track(), settings.timing
    chosen = resample(inputs.faces.times(), timing.start, timing.frames, timing.fps)
    upper, lower = INNER_LIPS[track.scheme]
    gap = np.array(
        [
            np.linalg.norm(points[upper, :2] - points[lower, :2]) / head_frame(points, track.scheme).height
            for points in (track.points[index] for index in chosen)
        ]
    )
    closed, wide = np.percentile(gap, [5, 98])
    if wide - closed < 0.005:
        raise InputError("the mouth never opens, so there is nothing to sing", cure="choose another clip")
    opening = np.clip((gap - closed) / (wide - closed), 0, 1)
    write_wav(out / VOCALS, sing(opening, timing.fps, sample_rate=SAMPLE_RATE), SAMPLE_RATE)
    report(len(opening), len(opening))
    return Facts(frames=len(opening), sample_rate=SAMPLE_RATE)
