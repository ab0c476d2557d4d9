"""Figures of a result whose driver is made up: held against the voice and its words, not against the driver's plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quality.features import CLOSED, EYE, MOUTH, PITCH, ROLL, YAW
from quality.following import BETTER, EYES_OPEN, correlation
from speech.curves import STYLE
from speech.loudness import STEP, loudness
from speech.phones import LABIALS, Phone

REACH = 8
"""Frames by which a lag behind the voice is looked for."""
HEARD = 0.3
"""Correlation of mouth and voice from which a lag can be told."""
LONG = 20.0
"""Seconds from which blinks are counted."""
LONGEST_STEP = 1.0
"""Seconds between two looks; where they are further apart, nothing is shown meanwhile."""
NARROW = 0.75
"""An eye that is found this narrow, of its usual opening, blinks: detectors see shut eyes of small faces half open."""
LEAST = 3
"""P, B and M below which nothing is said of them."""
LEAST_SWAY = 0.25
Series = NDArray[np.float64]


def closures(phones: Sequence[Phone], fps: float, frames: int) -> list[int]:
    """The frames at which lips should be shut: the middles of P, B and M, a little before they sound."""
    middles = [(one.start + min(one.end, one.start + STYLE.long_closure)) / 2 for one in phones if one.name in LABIALS]
    found = (round((middle - STYLE.lead) * fps) for middle in middles)
    return [frame for frame in found if 0 < frame < frames - 1]


def lips_shut(wanted: Sequence[int], looks: NDArray[np.int64], rows: Series) -> float:
    """The share of the `wanted` frames at which the mouth is shut within a frame; NaN for too few.

    Args:
        looks: (M,) frames that were looked at, the wanted ones and those beside them included.
        rows: (M, F).
    """
    opening = dict(zip(looks.tolist(), rows[:, MOUTH].tolist(), strict=True))
    least = [min((opening.get(at + step, np.nan) for step in (0, -1, 1)), key=_known) for at in wanted]
    seen = [gap for gap in least if np.isfinite(gap)]
    return float(np.mean([gap < CLOSED for gap in seen])) if len(seen) >= LEAST else float("nan")


def _known(gap: float) -> float:
    return gap if np.isfinite(gap) else float("inf")


def voice_lag(voice: NDArray[np.floating], looks: NDArray[np.int64], rows: Series, fps: float) -> float:
    """Frames by which the mouth is late for the voice; NaN where it does not go with it.

    Args:
        voice: (S,) 16 kHz, in the result's time.
    """
    level = loudness(voice)
    scores = {}
    for shift in range(-REACH, REACH + 1):
        heard = np.interp((looks - shift) / fps + STYLE.lead, np.arange(len(level)) * STEP, np.maximum(level, -60.0))
        r = correlation(heard, rows[:, MOUTH])
        scores[shift] = r if np.isfinite(r) else -1.0
    best = max(scores, key=lambda shift: scores[shift] - 1e-9 * abs(shift))
    if scores[best] < HEARD:
        return float("nan")
    return float(best) if scores[best] > scores[0] + BETTER else 0.0


def blinks(looks: NDArray[np.int64], rows: Series, portrait: Series, fps: float) -> float:
    """How often the eyes shut, a minute; NaN of short results, and of portraits whose eyes are hardly open."""
    eyes = rows[:, EYE]
    seconds = float(np.minimum(np.diff(looks), fps * LONGEST_STEP).sum()) / fps
    if seconds < LONG or not portrait[EYE] > EYES_OPEN or not np.isfinite(eyes).any():
        return float("nan")
    shut = eyes < NARROW * float(np.nanpercentile(eyes, 75))
    return float((shut[1:] & ~shut[:-1]).sum()) * 60 / seconds


def sway(rows: Series, head: float) -> float:
    """How far the head turns, degrees, over `head`, how far it was asked to; NaN where that is next to nothing."""
    angles = rows[np.isfinite(rows[:, YAW])][:, [YAW, PITCH, ROLL]]
    if head < LEAST_SWAY or len(angles) < LEAST:
        return float("nan")
    return float(np.sqrt((angles.std(axis=0) ** 2).sum())) / head
