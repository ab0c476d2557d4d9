"""A formant voice that sings words: harmonics through a vocal tract for what is voiced, shaped noise for what hisses.

Formants of vowels are women's means (Peterson and Barney, 1952), loci and noises of consonants about those of Klatt's
synthesizer (1980). When each phone sounds is given, so it is known to the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from media.sound.synth import CONTROL, knots, tone
from speech.phones import SILENCE, Phone

RATE = 48_000
Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Sound:
    """How a phone sounds.

    Attributes:
        formants: Hz, the first three.
        voiced, noise: how loud its tone and its noise are, 0..1.
        band: Hz, where its noise lies.
        burst: seconds of noise as it is released.
        breath: of aspiration after that.
    """

    formants: tuple[float, float, float]
    voiced: float = 1.0
    noise: float = 0.0
    band: tuple[float, float] = (2500.0, 7000.0)
    burst: float = 0.0
    breath: float = 0.0


SOUNDS = {
    "IY": Sound((310, 2790, 3310)), "IH": Sound((430, 2480, 3070)), "EH": Sound((610, 2330, 2990)),
    "AE": Sound((860, 2050, 2850)), "AH": Sound((760, 1400, 2780)), "AA": Sound((850, 1220, 2810)),
    "AO": Sound((590, 920, 2710)), "UH": Sound((470, 1160, 2680)), "UW": Sound((370, 950, 2670)),
    "ER": Sound((500, 1640, 1960)),
    "M": Sound((270, 1000, 2200), 0.4), "N": Sound((280, 1750, 2600), 0.4), "NG": Sound((280, 2200, 2700), 0.4),
    "W": Sound((300, 650, 2200), 0.5), "Y": Sound((290, 2600, 3200), 0.5),
    "L": Sound((370, 1150, 2900), 0.5), "R": Sound((370, 1250, 1650), 0.5),
    "B": Sound((220, 850, 2200), 0.05, 0.25, (400, 2500), 0.008),
    "P": Sound((220, 850, 2200), 0, 0.4, (400, 2500), 0.01, 0.04),
    "D": Sound((220, 1800, 2800), 0.05, 0.3, (3000, 6500), 0.01),
    "T": Sound((220, 1800, 2800), 0, 0.5, (3000, 7000), 0.015, 0.04),
    "G": Sound((220, 2200, 2600), 0.05, 0.3, (1500, 3000), 0.015),
    "K": Sound((220, 2200, 2600), 0, 0.5, (1500, 3500), 0.02, 0.04),
    "V": Sound((250, 1000, 2300), 0.3, 0.05, (1500, 7500)), "F": Sound((250, 1000, 2300), 0, 0.15, (1500, 7500)),
    "DH": Sound((270, 1500, 2600), 0.3, 0.05, (3000, 7500)), "TH": Sound((270, 1500, 2600), 0, 0.12, (3000, 8000)),
    "Z": Sound((260, 1700, 2600), 0.15, 0.25, (4500, 9000)), "S": Sound((260, 1700, 2600), 0, 0.4, (4500, 9500)),
    "ZH": Sound((270, 1900, 2600), 0.15, 0.3, (2200, 5500)), "SH": Sound((270, 1900, 2600), 0, 0.4, (2200, 6000)),
    "HH": Sound((500, 1500, 2500), 0, 0.12, (800, 4000)), SILENCE: Sound((500, 1500, 2600), 0),
}  # fmt: skip
GLIDES = {"EY": ("EH", "IY"), "AY": ("AA", "IH"), "OY": ("AO", "IH"), "AW": ("AA", "UH"), "OW": ("AO", "UH")}
GLIDE_SECONDS = 0.18
"""The last part of a glide goes to its second vowel; of a short one, half."""
HIGHER = (4200.0, 5000.0)
"""Hz: the formants above those that tell phones apart."""
TRANSITION, ONSET = 0.055, 0.018
"""Seconds in which formants, and loudness, go from one phone to the next."""
VIBRATO_HERTZ, VIBRATO_DEPTH, VIBRATO_AFTER = 5.4, 0.011, 0.25
NOTE_GLIDE = 0.05


def sing_phones(
    phones: Sequence[Phone], notes: Sequence[tuple[float, float]], seconds: float, *, size: float = 1.0, seed: int = 1
) -> Samples:
    """A voice.

    Args:
        phones: in order; where none is, it is silent.
        notes: (from when, Hz), in order.
        size: of the formants; above 1 for a smaller head.
        seed: of its noise.
    Returns: (S,) float64 of `seconds` at RATE.
    """
    count = round(seconds * RATE)
    at = knots(count)
    parts = _parts(phones, seconds)
    formants = np.array([[part.sound.formants[number] for part in parts] for number in range(3)]) * size
    index = np.searchsorted([part.end for part in parts[:-1]], at / RATE, side="right")
    centres = _smooth(formants[:, index], TRANSITION)
    centres = np.concatenate([centres, np.repeat(np.array(HIGHER)[:, None] * size, len(at), axis=1)])
    loud = _smooth(np.array([part.sound.voiced for part in parts])[index][None], ONSET)[0]
    hertz = _pitch(notes, count)
    envelope = np.interp(np.arange(count), at, loud)
    voice = tone(np.cumsum(hertz) / RATE, hertz, centres) * envelope
    noise = np.random.default_rng(seed)
    for part, following in pairwise([*parts, parts[-1]]):
        voice += _hiss(part, following, noise, count)
    return np.asarray(voice)


@dataclass(frozen=True)
class _Part:
    sound: Sound
    start: float
    end: float


def _parts(phones: Sequence[Phone], seconds: float) -> list[_Part]:
    """The phones without holes, glides as two vowels; formants stand ready in the silence before a phone."""
    made: list[_Part] = []
    at = 0.0
    for phone in phones:
        first, *second = (SOUNDS[name] for name in GLIDES.get(phone.name, (phone.name,)))
        if phone.start > at:
            made.append(_Part(Sound(first.formants, 0), at, phone.start))
        turn = max(phone.end - GLIDE_SECONDS, (phone.start + phone.end) / 2) if second else phone.end
        made.append(_Part(first, phone.start, turn))
        made += [_Part(sound, turn, phone.end) for sound in second]
        at = phone.end
    return [*made, _Part(Sound(made[-1].sound.formants, 0), at, max(seconds, at))]


def _smooth(curves: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """(C, K) curves at the knots, each step spread over so long."""
    half = max(1, round(seconds * RATE / CONTROL / 2))
    kernel = np.hanning(2 * half + 3)[1:-1]
    kernel /= kernel.sum()
    return np.array([np.convolve(np.pad(curve, half, mode="edge"), kernel, "valid") for curve in curves])


def _pitch(notes: Sequence[tuple[float, float]], count: int) -> Samples:
    """(S,) Hz: notes with glides between them, vibrato on those that last."""
    times = np.arange(count) / RATE
    starts, hertz = (np.array(each) for each in zip(*notes, strict=True))
    index = np.maximum(np.searchsorted(starts, times, side="right") - 1, 0)
    since = times - starts[index]
    way = np.clip(since / NOTE_GLIDE, 0, 1)
    way = way * way * (3 - 2 * way)
    before = hertz[np.maximum(index - 1, 0)]
    depth = VIBRATO_DEPTH * np.clip((since - VIBRATO_AFTER) / 0.2, 0, 1)
    vibrato = 1 + depth * np.sin(2 * np.pi * VIBRATO_HERTZ * times)
    return np.asarray(before * (hertz[index] / before) ** way * vibrato)


def _hiss(part: _Part, following: _Part, noise: np.random.Generator, count: int) -> Samples:
    """(S,) a part's own noise: as long as it lasts, or a burst where it is released and the breath after that."""
    made = np.zeros(count)
    sound = part.sound
    if not sound.noise:
        return made
    spans = [(part.start, part.end, sound.noise, sound.band)]
    if sound.burst:
        spans = [(part.end - sound.burst, part.end, sound.noise, sound.band)]
        low, high = following.sound.formants[0], following.sound.formants[2]
        spans += [(part.end, part.end + sound.breath, 0.12, (low, high))] if sound.breath else []
    for start, end, level, band in spans:
        first, last = round(start * RATE), min(round(end * RATE), count)
        sections = butter(2, band, "band", fs=RATE, output="sos")
        air = np.asarray(sosfilt(sections, noise.standard_normal(last - first)))
        edge = min(len(air) // 2, round(ONSET * RATE / 2))
        ramp = np.ones(len(air))
        ramp[:edge] = np.linspace(0, 1, edge)
        ramp[len(air) - edge :] = np.linspace(1, 0, edge)
        made[first:last] += level * ramp * air / max(float(np.sqrt(np.mean(air**2))), 1e-9)
    return made
