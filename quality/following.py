"""How closely the result follows its driver: correlations, slopes and lags of what two series of features show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from quality.convincing import EYE_FIGURES, TEETH_FIGURES, eyes, teeth
from quality.features import CLOSED, CONTRAST, EYE, INTERIOR, LIPS, MOUTH, OPEN, PITCH, ROLL, YAW
from quality.gains import Gains

Series = NDArray[np.float64]

MOVES = 8.0
"""Degrees from which the head's turning is measured."""
SPEAKS = 0.03
"""Range of a mouth's opening, of the face's height, from which it is measured."""
BLINKS = 0.5
"""An eye that shuts to this share of its usual opening blinks."""
EYES_OPEN = 0.2
"""Lid gap over eye width from which a portrait's eyes count as open; most have 0.3 to 0.45, a squint 0.15."""
REACH = 4
"""Frames by which a lag is looked for."""
BETTER = 0.01
"""A lag is one only if r is better there by so much than without it."""
TELLING = 16
"""A mouth is compared, and a lag measured, on at least so many frames: of seven, chance correlations pass 0.5; of
eleven in which a mouth stayed open, a good result had 0.26."""
LIT, LIGHTER = 0.85, 1.15
"""Luminance between the lips over that of the skin, and over the mouth's usual, above which it is no mouth's inside:
teeth that lips shade leave 0.5 to 0.83, paper and silver microphones 0.95 and more."""
LEAST = 4
"""Rows that a mean is taken of at least."""
MOUTHS = ("mouth_r", "mouth_slope", "mouth_lag", "interior", "interior_contrast", "mouth_foreign", *TEETH_FIGURES)
"""Figures that a mouth which hardly opens says nothing of."""
HEADS = (("yaw_r", YAW), ("pitch_r", PITCH), ("roll_r", ROLL))


def correlation(a: Series, b: Series) -> float:
    """Pearson's r over the rows where both are known; NaN where one does not vary."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3 or a[both].std() < 1e-6 or b[both].std() < 1e-6:
        return float("nan")
    return float(np.corrcoef(a[both], b[both])[0, 1])


def lag(driver: Series, result: Series, frames: NDArray[np.int64], moves: float = 0.0) -> float:
    """Frames by which the result is late; NaN where there are too few to tell, or nothing moves in them.

    Args:
        driver: (N,) of every frame.
        result: (M,), of the frames `frames`, (M,), which need not be consecutive.
        moves: range of the driver in what is compared, from which a lag is measured.
    """
    scores: dict[int, float] = {}
    inside = (frames >= REACH) & (frames < len(driver) - REACH)
    shown = driver[frames[inside]]
    known = shown[np.isfinite(shown)]
    if inside.sum() < TELLING or len(known) == 0 or float(np.ptp(known)) < moves:
        return float("nan")
    for shift in range(-REACH, REACH + 1):
        r = correlation(driver[frames[inside] - shift], result[inside])
        scores[shift] = r if np.isfinite(r) else -1.0
    best = max(scores, key=lambda shift: scores[shift] - 1e-9 * abs(shift))
    return float(best) if scores[best] > scores[0] + BETTER else 0.0


def compare(driver: Series, result: Series, portrait: Series) -> dict[str, float]:
    """The figures of result against driver at the same instants; NaN where one does not apply.

    Args:
        driver, result: (N, F) rows of quality.features.
        portrait: (F,) the row of the still.
    """
    d, r = driver, result
    both = np.isfinite(d[:, MOUTH]) & np.isfinite(r[:, MOUTH])
    figures = {"lost": float((~np.isfinite(r[:, MOUTH])).mean()) if len(r) else float("nan")}
    figures |= _mouth(d[both], r[both])
    usual = float(np.percentile(d[both, EYE], 75)) if both.any() else float("nan")
    blinks = both.any() and float(d[both, EYE].min()) < BLINKS * usual
    figures["blink_r"] = correlation(d[:, EYE], r[:, EYE]) if blinks and portrait[EYE] > EYES_OPEN else float("nan")
    figures |= teeth(d, r, portrait) | eyes(d, r)
    for name, column in HEADS:
        moves = both.any() and float(np.ptp(d[both, column])) >= MOVES
        figures[name] = correlation(d[:, column], r[:, column]) if moves else float("nan")
    return figures


def _mouth(d: Series, r: Series) -> dict[str, float]:
    """The mouth's figures, of rows in which both faces are known."""
    none = float("nan")
    figures = dict.fromkeys(("mouth_r", "mouth_slope", "closed", "interior", "interior_contrast"), none)
    if len(d) < LEAST:
        return figures
    gap, ours = d[:, MOUTH], r[:, MOUTH]
    if len(d) >= TELLING and float(np.ptp(gap)) >= SPEAKS:
        figures["mouth_r"] = correlation(gap, ours)
        figures["mouth_slope"] = float(np.polyfit(gap, ours, 1)[0])
    closed, wide = gap < CLOSED, (gap > OPEN) & np.isfinite(r[:, INTERIOR]) & np.isfinite(d[:, CONTRAST])
    if closed.sum() >= LEAST:
        figures["closed"] = float(ours[closed].mean())
    if wide.sum() >= LEAST:
        figures["interior"] = float(r[wide, INTERIOR].mean())
        figures["interior_contrast"] = float(r[wide, CONTRAST].mean() / max(float(d[wide, CONTRAST].mean()), 1e-3))
    return figures


def foreign(driver: Series, result: Series, portrait: Series) -> float:
    """The share of looks in which what hides the driver's mouth is seen between the result's lips.

    Where the driver shows no lips, nothing lighter than teeth, and than the inside of the result's own mouth, belongs
    there.

    Args:
        driver, result: (M, F) rows of quality.features; of the driver, LIPS is known where its frame was looked at.
        portrait: (F,) the row of the still.
    """
    known = np.isfinite(driver[:, LIPS])
    if known.sum() < LEAST:
        return float("nan")
    light = result[:, INTERIOR]
    own = light[(driver[:, LIPS] == 1) & np.isfinite(light)]
    usual = float(np.median(own)) if len(own) else float(np.nan_to_num(portrait[INTERIOR]))
    return float(((driver[:, LIPS] == 0) & (light > max(LIT, LIGHTER * usual)))[known].mean())


def scaled(figures: Mapping[str, float], gains: Gains) -> dict[str, float]:
    """The figures as they would be with a motion of 1: what the manifest damps is not judged, a slope is undone."""
    told = dict(figures)
    if gains.mouth < 0.25:
        told |= dict.fromkeys(MOUTHS, float("nan"))
    else:
        told["mouth_slope"] = told["mouth_slope"] / gains.mouth
    if gains.head < 0.25:
        told |= dict.fromkeys((name for name, _ in HEADS), float("nan"))
    if gains.expression < 0.25:
        told |= dict.fromkeys(("blink_r", *EYE_FIGURES), float("nan"))
    else:
        told["gaze_gain"] = told.get("gaze_gain", float("nan")) / gains.expression
    return told
