"""Head, brows, lids and gaze of somebody who sings, without a clip: seeded, with the statistics of real singers.

Measured on seven clips of people who talk and sing: spread of each angle, speed, share of power by frequency, how
turning goes with loudness, how long lids take. Phrases, stresses and loudness say when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from speech.curves import bump
from speech.head_style import STYLE
from speech.loudness import STEP, Curve, level_at, steps
from speech.phones import VOWELS, Phone

Curves = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """Somebody looks somewhere for a while.

    Attributes:
        start, end: seconds.
        direction: right and down in the picture, a vector of length 1; else it is at the camera.
    """

    start: float
    end: float
    direction: tuple[float, float]


@dataclass(frozen=True)
class Motion:
    """A head over time, a value each STEP; all at rest at first.

    Attributes:
        turn: (n, 3) rotation vector: pitch, yaw, roll in radians.
        shift: (n, 2) face heights, right and down.
        lids: (n,) 0 open .. 1 shut.
        gaze: (n, 2) widths of an eye, right and down.
        brow: (n,) face heights.
    """

    turn: Curves
    shift: Curves
    lids: Curve
    gaze: Curves
    brow: Curve


def motion(
    phones: Sequence[Phone],
    level: Curve,
    seconds: float,
    *,
    seed: int = 1,
    head: float = 1.0,
    energy: float = 1.0,
    looks: Sequence[Look] = (),
) -> Motion:
    """How somebody who says these phones moves; without phones, somebody who listens.

    Args:
        phones: in order.
        level: dB, a value each STEP, of the own voice.
        seconds: how long.
        seed: another one moves otherwise; the same one the same, to the bit.
        head: how far the head turns, times what is usual; 0 keeps it still.
        energy: of nods and brows.
        looks: where head and gaze are meant to be; else they are at the camera.
    """
    times = steps(seconds)
    sway, accents, eyes = (np.random.default_rng([seed, stream]) for stream in range(3))
    spans = phrases(phones)
    marks = stresses(phones, level)
    turn = _swaying(times, spans, sway)
    if len(spans):
        turn[:, 0] -= np.radians(STYLE.back) * gaussian_filter1d(_drive(level, times), 10.0)
    brow = np.zeros(len(times))
    for at in marks:
        turn[:, 0] += energy * np.radians(accents.uniform(*STYLE.nod)) * bump(times, at + 0.06, 0.18, 0.34)
        rise = accents.uniform(*STYLE.brow_rise) if accents.random() < STYLE.brow_share else 0.0
        brow += energy * rise * bump(times, at, 0.20, 0.55)
    toward = _toward(times, looks, STYLE.turn_seconds)
    turn += np.radians(STYLE.toward) * np.stack([toward[:, 1], toward[:, 0], np.zeros(len(times))], axis=1)
    turn = head * (turn - turn[0])
    shift = np.stack(
        [
            STYLE.neck_across * np.sin(turn[:, 1]) + STYLE.neck_roll * np.sin(turn[:, 2]),
            STYLE.neck_down * np.sin(turn[:, 0]),
        ],
        axis=1,
    )
    lids = blinks(times, [end for _, end in spans], eyes)
    gaze = _glances(times, looks, eyes) - np.stack(
        [STYLE.counter[0] * turn[:, 1], -STYLE.counter[1] * turn[:, 0]], axis=1
    )
    return Motion(turn, shift, lids, gaze, brow)


def at_rest(seconds: float) -> Motion:
    """Nobody moves."""
    count = len(steps(seconds))
    return Motion(np.zeros((count, 3)), np.zeros((count, 2)), np.zeros(count), np.zeros((count, 2)), np.zeros(count))


def phrases(phones: Sequence[Phone]) -> list[tuple[float, float]]:
    """(start, end) of what is said without a pause."""
    spans: list[tuple[float, float]] = []
    for phone in phones:
        if phone.silent:
            continue
        if spans and phone.start - spans[-1][1] < STYLE.phrase_pause:
            spans[-1] = (spans[-1][0], phone.end)
        else:
            spans.append((phone.start, phone.end))
    return spans


def stresses(phones: Sequence[Phone], level: Curve) -> list[float]:
    """When vowels stand out: the loudest and longest third, `stress_apart` at least."""
    vowels = [
        (float(level_at(level, phone.start, phone.end).max()) + 20 * min(phone.end - phone.start, 0.4), phone)
        for phone in phones
        if phone.name in VOWELS
    ]
    vowels.sort(key=lambda each: -each[0])
    found: list[float] = []
    for _, phone in vowels[: max(1, round(STYLE.stress_share * len(vowels)))]:
        at = (phone.start + phone.end) / 2
        if all(abs(at - other) > STYLE.stress_apart for other in found):
            found.append(at)
    return sorted(found)


def blinks(times: Curve, ends: Sequence[float], rng: np.random.Generator) -> Curve:
    """(n,) the lids: some sixteen blinks a minute, rather at the ends of phrases."""
    lids = np.zeros(len(times))
    at = rng.uniform(0.6, 2.0)
    while at < times[-1]:
        near = [end + 0.05 for end in ends if abs(end + 0.05 - at) < STYLE.blink_reach]
        begins = near[0] if near else at
        depth = rng.uniform(0.9, 1.0) if rng.random() > 0.1 else rng.uniform(0.5, 0.8)
        down = np.clip((times - begins) / STYLE.closing, 0, 1)
        up = np.clip((times - begins - STYLE.closing - STYLE.shut) / STYLE.opening, 0, 1)
        lids = np.maximum(lids, depth * (down**2 * (3 - 2 * down) - (1 - (1 - up) ** 2.2)))
        at = max(at, begins) + max(STYLE.blink_least, STYLE.blink_mean * np.exp(rng.normal(-0.18, STYLE.blink_spread)))
    return np.asarray(np.clip(lids, 0, 1))


def _swaying(times: Curve, spans: Sequence[tuple[float, float]], rng: np.random.Generator) -> Curves:
    """(n, 3) slow turns, smaller in pauses, and a posture for each phrase."""
    sway = np.stack([_noise(len(times), rng) for _ in range(3)], axis=1) * np.radians(STYLE.sway)
    active = np.zeros(len(times))
    posture = np.zeros((len(times), 3))
    for start, end in spans:
        active = np.maximum(
            active, np.clip((times - start + 0.3) / 0.3, 0, 1) * np.clip((end + 0.4 - times) / 0.4, 0, 1)
        )
        posture[times >= start - 0.25] = rng.normal(0, 1, 3) * np.radians(STYLE.posture)
    sway *= (STYLE.stiller + (1 - STYLE.stiller) * gaussian_filter1d(active, 12.0))[:, None]
    return np.asarray(sway + gaussian_filter1d(posture, 22.6, axis=0, mode="nearest"))


def _noise(count: int, rng: np.random.Generator) -> Curve:
    """(count,) of deviation 1, its power spread over `bands`."""
    length = max(count, STYLE.longest_pattern)
    frequency = np.fft.rfftfreq(length, STEP)
    power = np.zeros(len(frequency))
    for low, high, share in STYLE.bands:
        inside = (frequency >= low) & (frequency < high)
        power[inside] = share / max(int(inside.sum()), 1)
    phases = rng.standard_normal(len(frequency)) + 1j * rng.standard_normal(len(frequency))
    wave = np.fft.irfft(np.sqrt(power) * phases, length)
    return np.asarray((wave / wave.std())[:count])


def _drive(level: Curve, times: Curve) -> Curve:
    """(n,) loudness as 0 soft .. 1 loud for this voice."""
    smooth = np.interp(times, np.arange(len(level)) * STEP, gaussian_filter1d(level, 15.0, mode="nearest"))
    low, high = np.percentile(smooth, [20, 95])
    return np.asarray(np.clip((smooth - low) / max(high - low, 6.0), 0, 1))


def _glances(times: Curve, looks: Sequence[Look], rng: np.random.Generator) -> Curves:
    """(n, 2) where the eyes are: on what is looked at, with small quick glances away and back."""
    gaze = np.zeros((len(times), 2))
    at = rng.uniform(0.5, 1.5)
    while at < times[-1]:
        away = rng.normal(0, 1, 2) * STYLE.glance if rng.random() < STYLE.glance_share else np.zeros(2)
        gaze[times >= at] = away
        at += rng.uniform(*STYLE.glance_every)
    gaze += np.array(STYLE.gaze) * _toward(times, looks, 0.0)
    return np.asarray(gaussian_filter1d(gaze, 1.5, axis=0, mode="nearest"))


def _toward(times: Curve, looks: Sequence[Look], seconds: float) -> Curves:
    """(n, 2) the directions of the looks, 0 elsewhere; `seconds`: how slowly it goes there (a Gaussian's sigma)."""
    made = np.zeros((len(times), 2))
    for look in looks:
        made[(times >= look.start) & (times < look.end)] = look.direction
    return np.asarray(gaussian_filter1d(made, seconds / STEP, axis=0, mode="nearest")) if seconds else made
