"""Timed phones and loudness to curves of a mouth.

Phones compete for the lips as dominance functions do (Cohen and Massaro, "Modeling coarticulation in synthetic visual
speech", 1993); closures, tucks and breaths are laid over the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face.lip_rig import GAP, LIPS, LOWER_LIP, UPPER_LIP, UPPER_RED, following
from foundation.smoothing import evened
from speech.loudness import STEP, Curve, steps
from speech.phones import LABIALS, SILENCE, TUCKED, VOWELS, Phone
from speech.visemes import SILENT_WEIGHTS, parted, viseme

Curves = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class MouthStyle:
    """How phones move lips. Gaps are in face heights, times in seconds unless another unit is named.

    Set by looks: of portraits that sing.

    Attributes:
        skirt: a Gaussian's sigma of how far a phone reaches beyond itself: gap, width, protrusion.
        ahead: how many times as far before it as after it: rounding is prepared early.
        shared: the part of a phone at each end, 0..0.5, that its neighbours have a share in.
        longest_shared: that part at most.
        widest: gap that no mouth opens beyond.
        lead: how long lips are before the sound; 0..0.05.
        usual: the 95th percentile of the gap while there is a voice: speaking, and singing.
        least_gain: what a mouth's gap is multiplied by to come to that, at least.
        most_gain: the same at most.
        half: decibels below the loud that would shut a mouth whose size went by loudness alone.
        smallest: size of a soft voice's mouth, 1 that of a loud one.
        largest: size of the loudest's.
        tuck_gap: gap of F and V.
        pressed: how lips that lie on one another move: channels of face.lip_rig, and face heights.
        tucked_in: the same of a lower lip under the upper teeth.
        rise: the upper lip rises by this share of a vowel's gap.
        hold_seconds: how long lips are shut for P, B and M at least.
        hold_frames: and how many frames: more than one, or none would show it.
        flank: how long they take to shut and to open.
        long_closure: how long they are shut at most, and from when on the phone's rest is opening.
        hummed: length from which an M is hummed: shut all the time.
        breath: gap of a breath.
        breath_before: how long before a phrase it begins.
        breath_seconds: how long it takes.
        pause: the pause that asks for one.
    """

    skirt: tuple[float, float, float] = (0.042, 0.060, 0.060)
    ahead: tuple[float, float, float] = (1.15, 1.6, 1.6)
    shared: float = 0.25
    longest_shared: float = 0.03
    widest: float = 0.14
    lead: float = 0.03
    usual: tuple[float, float] = (0.085, 0.11)
    least_gain: float = 0.8
    most_gain: float = 2.6
    half: float = 28.0
    smallest: float = 0.55
    largest: float = 1.12
    tuck_gap: float = 0.010
    pressed: tuple[tuple[int, float], ...] = ((LOWER_LIP, -0.010), (UPPER_RED, -0.006))
    tucked_in: tuple[tuple[int, float], ...] = ((LOWER_LIP, -0.014), (UPPER_LIP, 0.006))
    rise: float = 0.16
    hold_seconds: float = 0.05
    hold_frames: float = 1.02
    flank: float = 0.045
    long_closure: float = 0.14
    hummed: float = 0.2
    breath: float = 0.022
    breath_before: float = 0.42
    breath_seconds: float = 0.38
    pause: float = 0.35


STYLE = MouthStyle()


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
    usual = STYLE.usual[sung] * energy
    gain = float(
        np.clip(
            usual / max(float(np.percentile((lips[:, 0] * size)[voiced], 95)), 1e-3), STYLE.least_gain, STYLE.most_gain
        )
    )
    lips[:, UPPER_LIP] = STYLE.rise * lips[:, GAP] * _share(times, rows, VOWELS) * size * min(gain, 1.5)
    lips[:, GAP] = STYLE.widest * np.tanh(lips[:, GAP] * size * gain / STYLE.widest)
    breaths(lips[:, GAP], times, sounding)
    _closures(lips, times, sounding, max(STYLE.hold_seconds, STYLE.hold_frames / fps))
    lips[:, 3:] += following(lips[:, :3])  # last of all, or corners would stay down in closures and the face frown
    ahead = np.stack([np.interp(times + STYLE.lead, times, channel) for channel in lips.T], axis=1)
    return Mouth(ahead, _raised(times, rows, "tongue"), _raised(times, rows, "teeth"))


def sizes(level: Curve, times: Curve) -> Curve:
    """(n,) how large a mouth is for its loudness: quieter is smaller."""
    smooth = np.interp(times, np.arange(len(level)) * STEP, evened(level, 6.0))
    return np.asarray(np.clip(1 + (smooth - np.percentile(smooth, 92)) / STYLE.half, STYLE.smallest, STYLE.largest))


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
    reach = 6 * float((np.array(STYLE.skirt) * np.array(STYLE.ahead)).max())
    for phone in rows:
        first, last = np.searchsorted(times, [phone.start - reach, phone.end + reach])
        aim = viseme(phone.name)
        insists = SILENT_WEIGHTS if phone.silent else (aim.opening_weight, aim.rounding_weight)
        shared = min(STYLE.shared * (phone.end - phone.start), STYLE.longest_shared)
        near = times[first:last, None]
        before = np.maximum(phone.start + shared - near, 0) / (np.array(STYLE.skirt) * np.array(STYLE.ahead))
        after = np.maximum(near - (phone.end - shared), 0) / np.array(STYLE.skirt)
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
    return evened(inside, STYLE.skirt[0] / STEP / 2)


def breaths(gap: Curve, times: Curve, phones: Sequence[Phone]) -> None:
    """Part the lips before each phrase after a pause, in place."""
    ends = 0.0
    for phone in phones:
        if phone.start - ends > STYLE.pause:
            way = np.clip((times - (phone.start - STYLE.breath_before)) / STYLE.breath_seconds, 0, 1)
            np.maximum(gap, STYLE.breath * np.sin(np.pi * way) ** 2, out=gap)
        ends = phone.end


def _closures(lips: Curves, times: Curve, phones: Sequence[Phone], hold: float) -> None:
    """Shut the lips for P, B and M, tuck them for F and V, in place."""
    for phone in phones:
        if phone.name not in LABIALS | TUCKED:
            continue
        length = phone.end - phone.start
        if length > STYLE.hummed:
            middle, half = (phone.start + phone.end) / 2, length / 2 - 0.02
        else:
            middle = (phone.start + min(phone.end, phone.start + STYLE.long_closure)) / 2
            half = max(hold, min(length, STYLE.long_closure)) / 2
        away = np.clip((np.abs(times - middle) - half) / STYLE.flank, 0, 1)
        opened = (1 - np.cos(np.pi * away)) / 2
        floor = 0.0 if phone.name in LABIALS else STYLE.tuck_gap
        gap = lips[:, GAP]
        lips[:, GAP] = np.where(gap > floor, floor + (gap - floor) * opened, gap)
        for channel, amount in STYLE.pressed if phone.name in LABIALS else STYLE.tucked_in:
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
