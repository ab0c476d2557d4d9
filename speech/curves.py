"""Timed phones and loudness to curves of a mouth.

Phones compete for the lips as dominance functions do (Cohen and Massaro, "Modeling coarticulation in synthetic visual
speech", 1993); closures, tucks and breaths are laid over the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from face.lip_rig import GAP, LIPS, LOWER_LIP, UPPER_LIP, UPPER_RED, following
from speech.loudness import STEP, Curve, steps
from speech.phones import LABIALS, SILENCE, TUCKED, VOWELS, Phone
from speech.visemes import SILENT_WEIGHTS, parted, viseme

Curves = NDArray[np.float64]
SKIRT = np.array([0.042, 0.060, 0.060])
"""Seconds (a Gaussian's sigma) that a phone reaches beyond itself: gap, width, protrusion."""
AHEAD = np.array([1.15, 1.6, 1.6])
"""How many times as far before it as after it: rounding is prepared early."""
SHARED, LONGEST_SHARED = 0.25, 0.03
"""The part of a phone at each end, and seconds of it at most, that its neighbours have a share in."""
WIDEST = 0.14
"""Gap in face heights that no mouth opens beyond."""
LEAD = 0.03
"""Seconds that lips are before the sound."""
USUAL = {False: 0.085, True: 0.11}
"""The 95th percentile of the gap while there is a voice, face heights: speaking, and singing."""
LEAST_GAIN, MOST_GAIN = 0.8, 2.6
HALF = 28.0
"""Decibels below the loud that would shut a mouth whose size went by loudness alone."""
SMALLEST, LARGEST = 0.55, 1.12
TUCK_GAP = 0.010
PRESSED = {LOWER_LIP: -0.010, UPPER_RED: -0.006}
"""Lips on one another."""
TUCKED_IN = {LOWER_LIP: -0.014, UPPER_LIP: 0.006}
"""The lower lip under the upper teeth."""
RISE = 0.16
"""The upper lip rises by this share of a vowel's gap."""
HOLD_SECONDS, HOLD_FRAMES = 0.05, 1.02
FLANK = 0.045
LONG_CLOSURE, HUMMED = 0.14, 0.2
BREATH, BREATH_BEFORE, BREATH_SECONDS, PAUSE = 0.022, 0.42, 0.38, 0.35
"""Gap of a breath, how long before a phrase and for how long, and the pause that asks for one; seconds."""


@dataclass(frozen=True)
class Mouth:
    """A mouth over time, a value each STEP.

    Attributes:
        lips: (n, 7) the channels LIPS of face.lip_rig, face heights against rest.
        tongue, teeth: (n,) 0..1, as speech.visemes has them.
    """

    lips: Curves
    tongue: Curve
    teeth: Curve


def mouth(
    phones: Sequence[Phone], level: Curve, seconds: float, *, sung: bool = True, energy: float = 1.0, fps: float = 25.0
) -> Mouth:
    """How a mouth says phones.

    Args:
        phones: of one singer, in order, none over another; silence may be left out.
        level: dB, a value each STEP, of the voice.
        seconds: how long the curves are.
        sung: mouths open wider singing.
        energy: how wide they open, times what is usual.
        fps: of the video: a closure lasts a frame at least.
    """
    times = steps(seconds)
    sounding = [phone for phone in phones if not phone.silent and phone.end > phone.start]
    lips = np.zeros((len(times), len(LIPS)))
    if not sounding:
        return Mouth(lips, np.zeros(len(times)), np.zeros(len(times)))
    rows = parted(_with_silences(sounding, seconds))
    lips[:, :3] = _dominance(times, rows)
    voiced = np.zeros(len(times), bool)
    for phone in sounding:
        voiced |= (times >= phone.start) & (times < phone.end)
    size = sizes(level, times)
    usual = USUAL[sung] * energy
    gain = float(
        np.clip(usual / max(float(np.percentile((lips[:, 0] * size)[voiced], 95)), 1e-3), LEAST_GAIN, MOST_GAIN)
    )
    lips[:, UPPER_LIP] = RISE * lips[:, GAP] * _share(times, rows, VOWELS) * size * min(gain, 1.5)
    lips[:, GAP] = WIDEST * np.tanh(lips[:, GAP] * size * gain / WIDEST)
    breaths(lips[:, GAP], times, sounding)
    _closures(lips, times, sounding, max(HOLD_SECONDS, HOLD_FRAMES / fps))
    lips[:, 3:] += following(lips[:, :3])  # last of all, or corners would stay down in closures and the face frown
    ahead = np.stack([np.interp(times + LEAD, times, channel) for channel in lips.T], axis=1)
    return Mouth(ahead, _raised(times, rows, "tongue"), _raised(times, rows, "teeth"))


def sizes(level: Curve, times: Curve) -> Curve:
    """(n,) how large a mouth is for its loudness, SMALLEST to LARGEST: quieter is smaller."""
    smooth = np.interp(times, np.arange(len(level)) * STEP, gaussian_filter1d(level, 6.0, mode="nearest"))
    return np.asarray(np.clip(1 + (smooth - np.percentile(smooth, 92)) / HALF, SMALLEST, LARGEST))


def _with_silences(phones: Sequence[Phone], seconds: float) -> list[Phone]:
    made, at = [], 0.0
    for phone in phones:
        if phone.start > at:
            made.append(Phone(SILENCE, at, phone.start))
        made.append(phone)
        at = phone.end
    return [*made, Phone(SILENCE, at, seconds)] if seconds > at else made


def _dominance(times: Curve, rows: Sequence[Phone]) -> Curves:
    """(n, 3) gap, width, protrusion: each phone's aim by how much it dominates."""
    total, weights = np.zeros((len(times), 3)), np.full((len(times), 3), 1e-6)
    reach = 6 * float((SKIRT * AHEAD).max())
    for phone in rows:
        first, last = np.searchsorted(times, [phone.start - reach, phone.end + reach])
        aim = viseme(phone.name)
        insists = SILENT_WEIGHTS if phone.silent else (aim.opening_weight, aim.rounding_weight)
        shared = min(SHARED * (phone.end - phone.start), LONGEST_SHARED)
        near = times[first:last, None]
        before = np.maximum(phone.start + shared - near, 0) / (SKIRT * AHEAD)
        after = np.maximum(near - (phone.end - shared), 0) / SKIRT
        dominance = np.array([insists[0], insists[1], insists[1]]) * np.exp(-0.5 * (before**2 + after**2))
        total[first:last] += dominance * np.array([aim.gap, aim.width, aim.protrusion])
        weights[first:last] += dominance
    return np.asarray(total / weights)


def _share(times: Curve, rows: Sequence[Phone], names: frozenset[str]) -> Curve:
    """(n,) 1 where a phone of these is said, with soft edges."""
    inside = np.zeros(len(times))
    for phone in rows:
        if phone.name in names:
            inside[(times >= phone.start) & (times < phone.end)] = 1.0
    return np.asarray(gaussian_filter1d(inside, SKIRT[0] / STEP / 2, mode="nearest"))


def breaths(gap: Curve, times: Curve, phones: Sequence[Phone]) -> None:
    """Part the lips before each phrase after a pause, in place."""
    ends = 0.0
    for phone in phones:
        if phone.start - ends > PAUSE:
            way = np.clip((times - (phone.start - BREATH_BEFORE)) / BREATH_SECONDS, 0, 1)
            np.maximum(gap, BREATH * np.sin(np.pi * way) ** 2, out=gap)
        ends = phone.end


def _closures(lips: Curves, times: Curve, phones: Sequence[Phone], hold: float) -> None:
    """Shut the lips for P, B and M, tuck them for F and V, in place."""
    for phone in phones:
        if phone.name not in LABIALS | TUCKED:
            continue
        length = phone.end - phone.start
        if length > HUMMED:
            middle, half = (phone.start + phone.end) / 2, length / 2 - 0.02
        else:
            middle = (phone.start + min(phone.end, phone.start + LONG_CLOSURE)) / 2
            half = max(hold, min(length, LONG_CLOSURE)) / 2
        away = np.clip((np.abs(times - middle) - half) / FLANK, 0, 1)
        opened = (1 - np.cos(np.pi * away)) / 2
        floor = 0.0 if phone.name in LABIALS else TUCK_GAP
        gap = lips[:, GAP]
        lips[:, GAP] = np.where(gap > floor, floor + (gap - floor) * opened, gap)
        for channel, amount in (PRESSED if phone.name in LABIALS else TUCKED_IN).items():
            lips[:, channel] += amount * (1 - opened)


def _raised(times: Curve, rows: Sequence[Phone], part: str) -> Curve:
    """(n,) a curve that each phone raises as far as it does in the table."""
    curve = np.zeros(len(times))
    for phone in rows:
        height = float(getattr(viseme(phone.name), part))
        if height > 0:
            half = max(0.07, (phone.end - phone.start) / 2)
            curve = np.maximum(curve, height * bump(times, (phone.start + phone.end) / 2, half, half))
    return curve


def bump(times: Curve, at: float, rise: float, fall: float) -> Curve:
    """(n,) a raised cosine: 0, up to 1 at `at`, down to 0."""
    way = np.where(times < at, (times - at) / rise, (times - at) / fall)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(way, -1, 1)))


def at_frames(curve: Curves | Curve, fps: float, frames: int) -> Curves:
    """The value at each of `frames` frames: (n, C) to (frames, C)."""
    rows = curve[:, None] if curve.ndim == 1 else curve
    times = np.arange(len(rows)) * STEP
    return np.stack([np.interp(np.arange(frames) / fps, times, channel) for channel in rows.T], axis=1)
