"""High voices brought down to a speaker's pitch before their words are looked for.

The acoustic model has learnt from speech: the wide-set harmonics of a high note hide the formants it listens for. WORLD
(Morise et al., "WORLD: a vocoder-based high-quality speech synthesis system for real-time applications", 2016), from
the optional package pyworld-prebuilt, keeps the formants and changes the pitch; what a separation left of the music
goes, too.
"""

from __future__ import annotations

import importlib.util

import numpy as np
from numpy.typing import NDArray

from speech.acoustic import RATE

Samples = NDArray[np.float64]
PITCH = 130.0
"""Hz that a voice is brought to."""
HIGH = 200.0
"""Hz: a voice whose median pitch is above is a high one."""
PERIOD = 5.0  # ms
STRETCH_SECONDS, MARGIN_SECONDS = 30.0, 0.5
"""Length of a piece, and of what lies around it, which is then cut off."""


def can_lower() -> bool:
    """Whether WORLD is installed."""
    return importlib.util.find_spec("pyworld") is not None


def lowered(samples: Samples, *, always: bool) -> Samples:
    """The voice at PITCH, as long as before, or as it was where it is no high one.

    Args:
        samples: (S,) at RATE.
        always: lower it whatever its pitch, as is good for a voice out of a mix.
    """
    step, margin = round(STRETCH_SECONDS * RATE), round(MARGIN_SECONDS * RATE)
    made = np.empty(len(samples))
    for start in range(0, len(samples), step):
        left = max(0, start - margin)
        part = _stretch(samples[left : start + step + margin], always)
        made[start : start + step] = part[start - left : start - left + len(made[start : start + step])]
    return made


def _stretch(samples: Samples, always: bool) -> Samples:
    import pyworld  # noqa: PLC0415  (optional)

    samples = np.ascontiguousarray(samples, np.float64)
    pitch, at = pyworld.dio(samples, RATE, frame_period=PERIOD)
    voiced = pitch > 0
    if not voiced.any() or not (always or float(np.median(pitch[voiced])) > HIGH):
        return samples
    pitch = pyworld.stonemask(samples, pitch, at, RATE)
    envelope, noise = pyworld.cheaptrick(samples, pitch, at, RATE), pyworld.d4c(samples, pitch, at, RATE)
    made = pyworld.synthesize(np.where(pitch > 0, PITCH, 0.0), envelope, noise, RATE, PERIOD)
    short = max(0, len(samples) - len(made))
    return np.pad(made[: len(samples)], (0, short))
