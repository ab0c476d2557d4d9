"""What everybody sees in a face, and correlations do not: teeth, a second lip, a hole, lids, and where eyes look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quality.features import CLOSED, DETAIL, DOUBLED, EYE, GAZE, HOLE, HUE, MOUTH, SLIT, STRIPES, TEETH, TONE

Series = NDArray[np.float64]

SHOWS_TEETH = 0.12
"""Share of the mouth's inside that is tooth, from which a driver shows its teeth."""
LEAST, LEAST_SHUT = 4, 2
"""Rows that a mean is taken of, at least: of open mouths, and of shut eyes."""
LIDS_SHUT, LIDS_OPEN = 0.35, 0.6
"""Openings of a driver's eye, of its usual one, below which it is shut and above which it looks somewhere."""
LOOKS_ASIDE = 0.15
"""Range of a gaze, eye widths, from which it is measured: below it, it is noise."""
BLURRED = 10.0
"""Detail of a driver's mouth, see face.palette, below which its inside is none to compare with: one is drawn then."""
TEETH_FIGURES = ("teeth_tone", "teeth_hue", "teeth_area", "doubling", "hole")
EYE_FIGURES = ("gaze_r", "gaze_gain", "lid_stripes", "lid_slit")


def teeth(driver: Series, result: Series, portrait: Series) -> dict[str, float]:
    """TEETH_FIGURES of (M, F) rows of quality.features; `portrait`: (F,). NaN where one does not apply.

    A driver's mouth that is too small or too blurred to be shown is none to compare another's inside with.
    """
    figures = dict.fromkeys(TEETH_FIGURES, float("nan"))
    seen = np.isfinite(driver[:, MOUTH])  # not so where something hides a driver's mouth
    driver, result = driver[seen], result[seen]
    if seen_detail(driver) < BLURRED:
        driver = driver.copy()
        driver[:, [TEETH, DOUBLED]] = np.nan
    shown = (driver[:, TEETH] > SHOWS_TEETH) & np.isfinite(result[:, TEETH])
    if shown.sum() >= LEAST:
        figures["teeth_area"] = float(result[shown, TEETH].mean() / driver[shown, TEETH].mean())
    told = shown & np.isfinite(result[:, TONE])
    if told.sum() >= LEAST:
        figures["teeth_tone"] = float(np.median(result[told, TONE] / driver[told, TONE]))
        figures["teeth_hue"] = float(np.median(result[told, HUE]))
    both = np.isfinite(driver[:, DOUBLED]) & np.isfinite(result[:, DOUBLED])
    if both.sum() >= LEAST:
        figures["doubling"] = float(result[both, DOUBLED].mean() - driver[both, DOUBLED].mean())
    shut = (driver[:, MOUTH] < CLOSED) & np.isfinite(result[:, HOLE])
    if shut.sum() >= LEAST:
        figures["hole"] = float(result[shut, HOLE].mean() - np.nan_to_num(portrait[HOLE]))
    return figures


def seen_detail(rows: Series) -> float:
    """Of open mouths, on the whole; infinite where none is seen."""
    known = rows[np.isfinite(rows[:, DETAIL]), DETAIL]
    return float(np.median(known)) if len(known) else float("inf")


def eyes(driver: Series, result: Series) -> dict[str, float]:
    """EYE_FIGURES likewise."""
    figures = dict.fromkeys(EYE_FIGURES, float("nan"))
    known = np.isfinite(driver[:, EYE]) & np.isfinite(result[:, EYE])
    if not known.any():
        return figures
    opening = driver[:, EYE] / max(float(np.percentile(driver[known, EYE], 75)), 1e-6)
    shut = known & (opening < LIDS_SHUT) & np.isfinite(result[:, STRIPES])
    if shut.sum() >= LEAST_SHUT:
        figures["lid_stripes"] = float(np.median(result[shut, STRIPES]))
        figures["lid_slit"] = float(np.median(result[shut, SLIT]))
    seen = known & (opening > LIDS_OPEN)
    theirs, ours = driver[seen, GAZE], result[seen, GAZE]
    if len(theirs) >= LEAST and float(np.ptp(np.percentile(theirs, (5, 95)))) >= LOOKS_ASIDE and ours.std() > 1e-6:
        figures["gaze_r"] = float(np.corrcoef(theirs, ours)[0, 1])
        figures["gaze_gain"] = float(np.polyfit(theirs, ours, 1)[0])
    return figures
