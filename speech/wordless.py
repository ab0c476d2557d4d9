"""A mouth for a voice without words: phones as they are guessed, opened by loudness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from speech.acoustic import CLEAN, heard
from speech.curves import Mouth, mouth
from speech.loudness import STEP, Curve
from speech.phones import PHONES, SILENCE, Phone
from speech.sphinx import sphinx

BEAM, LANGUAGE_WEIGHT = 1e-20, 2.0
GAIN = 0.7
"""The power of loudness that a mouth opens by."""
QUIET, LOUD, LEAST_RANGE = 15, 95, 6.0
"""Percentiles of the loudness between which a mouth opens, and dB between them at least."""


def free_phones(samples: NDArray[np.floating]) -> list[Phone]:
    """The phones that the acoustic model hears in (S,) samples at 16 kHz, whatever the words may be."""
    model = sphinx().get_model_path("en-us/en-us-phone.lm.bin")
    decoder = sphinx().Decoder(allphone=model, lm=None, beam=BEAM, pbeam=BEAM, lw=LANGUAGE_WEIGHT, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(heard(np.asarray(samples, np.float64), CLEAN, pad=0.0), full_utt=True)
    decoder.end_utt()
    parts = decoder.seg() or ()
    return [
        Phone(part.word if part.word in PHONES else SILENCE, part.start_frame * STEP, (part.end_frame + 1) * STEP)
        for part in parts
    ]


def wordless_mouth(
    guessed: Sequence[Phone],
    level: Curve,
    seconds: float,
    *,
    sung: bool = True,
    energy: float = 1.0,
    fps: float = 25.0,
) -> Mouth:
    """How a mouth moves to a voice whose words are not known; the arguments are those of speech.curves.mouth.

    Args:
        guessed: as in `free_phones`.
    """
    said = mouth(guessed, level, seconds, sung=sung, energy=energy, fps=fps)
    opened = opening(level, len(said.lips)) ** GAIN
    return Mouth(said.lips * opened[:, None], said.tongue * opened, said.teeth * opened)


def opening(level: Curve, count: int) -> Curve:
    """(count,) 0 where a voice is soft .. 1.1 where it is loud."""
    smooth = gaussian_filter1d(level, 3.0, mode="nearest")
    low, high = np.percentile(smooth, [QUIET, LOUD])
    times = np.arange(count) * STEP
    even = np.interp(times, np.arange(len(level)) * STEP, (smooth - low) / max(high - low, LEAST_RANGE))
    return np.asarray(np.clip(even, 0, 1.1))
