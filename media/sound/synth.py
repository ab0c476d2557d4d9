"""A voice that sings what a mouth does: the opening becomes loudness and vowel, frame by frame, with no delay.

Source and filter (Fant, 1960), in harmonics: those of a relaxed glottal pulse with vibrato, each as strong as the
vocal tract lets it through. The tract's formants move with the opening from a hummed "mm" over "oo" to "ah". A little
breath is heard as the lips part, and a small room around it all.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.signal import fftconvolve

from media.sound.melody import pitch

Curve = NDArray[np.float64]

PEAK = 10 ** (-3.1 / 20)  # of full scale: under -3 dBFS, with room for rounding
HUM = 0.02  # how loud a closed mouth still is
VIBRATO_HERTZ, VIBRATO_DEPTH = 5.3, 0.012  # depth of the pitch: a fifth of a semitone each way
BREATH = 0.02
TILT = 1.3  # harmonic k leaves the glottis with amplitude k ** -TILT
HIGHEST = 7000.0  # Hz; harmonics fade out towards it
FADE_SECONDS = 0.02  # at both ends of the song
CONTROL = 240  # samples between moments at which the tract is computed; straight lines between them
ROOM_SECONDS, ROOM_LEVEL = 0.35, 0.10

# Formants in Hz with the lips closed, a little open and wide open; bandwidth in Hz.
OPENINGS = (0.0, 0.3, 1.0)
FORMANTS = (
    ((260.0, 340.0, 730.0), 90.0),
    ((760.0, 860.0, 1170.0), 100.0),
    ((2200.0, 2300.0, 2600.0), 140.0),
    ((2900.0, 2950.0, 3100.0), 180.0),
    ((3500.0, 3550.0, 3700.0), 240.0),
)


def sing(opening: Curve, fps: Fraction, *, sample_rate: int = 48000) -> NDArray[np.float32]:
    """A sung vocal for a mouth.

    Args:
        opening: (N,) how far the mouth is open in each frame, 0 closed .. 1 wide.
        fps: the frames' exact rate.
    Returns: (S, 1) float32, S = round(N / fps * sample_rate); peak at most -3 dBFS, silence if the mouth never opens.
        The same input gives the same samples.
    """
    wide = np.clip(np.asarray(opening, np.float64), 0, 1)
    count = round(len(wide) / fps * sample_rate)
    song = np.zeros((count, 1), np.float32)
    if not np.any(wide > 0):
        return song
    curve = _between_frames(wide, float(fps))
    room = Room(sample_rate)
    noise = np.random.default_rng(1)
    phase = 0.0
    for at in range(0, count, sample_rate):
        times = np.arange(at, min(at + sample_rate, count)) / sample_rate
        mouth = np.clip(curve(times), 0, 1)
        hertz = pitch(times) * (1 + VIBRATO_DEPTH * np.sin(2 * np.pi * VIBRATO_HERTZ * times))
        turns = phase + np.cumsum(hertz) / sample_rate
        phase = float(turns[-1] % 1)
        centres = np.array([np.interp(mouth[knots(len(mouth))], OPENINGS, formant) for formant, _ in FORMANTS])
        voice = tone(turns, hertz, centres) * (HUM + (1 - HUM) * mouth)
        voice += BREATH * _breath(noise, mouth, sample_rate)
        song[at : at + len(times), 0] = room(voice) * _ends(times, count / sample_rate)
    song *= PEAK / max(float(np.abs(song).max()), 1e-9)
    return song


def _between_frames(wide: Curve, fps: float) -> PchipInterpolator:
    """The opening as a smooth curve over time: each frame's value at the middle of the frame, no overshoot."""
    padded = np.concatenate([wide[:1], wide, wide[-1:]])
    return PchipInterpolator((np.arange(len(padded)) - 0.5) / fps, padded, extrapolate=True)


def knots(count: int) -> NDArray[np.intp]:
    """The samples, of so many, at which the tract is computed."""
    return np.minimum(np.arange(0, count + CONTROL, CONTROL), count - 1)


def tone(turns: Curve, hertz: Curve, centres: Curve) -> Curve:
    """The sung tone, with an RMS of 1 whatever the vowel: loudness is the envelope's business.

    Args:
        turns, hertz: (S,) the glottis's phase, in turns, and its pitch.
        centres: (F, K) Hz, the formants at the knots.
    Returns: (S,).
    """
    at = knots(len(turns))
    strengths = _harmonics(hertz[at], centres)
    strengths /= np.sqrt((np.abs(strengths) ** 2).sum(axis=0) / 2)
    first = np.exp(2j * np.pi * turns)
    turned = np.ones_like(first)
    made = np.zeros(len(turns))
    every = np.arange(len(turns))
    for strength in strengths:
        turned *= first
        real, imaginary = np.interp(every, at, strength.real), np.interp(every, at, strength.imag)
        made += real * turned.real - imaginary * turned.imag
    return made


def _harmonics(hertz: Curve, centres: Curve) -> NDArray[np.complex128]:
    """(K, M): amplitude and phase of each harmonic at M moments: the glottis's, through the vocal tract."""
    number = np.arange(1, int(HIGHEST / hertz.min()) + 1)[:, None]
    frequency = number * hertz
    s = 2j * np.pi * frequency
    tract = np.ones_like(s)
    for centre, (_, bandwidth) in zip(centres, FORMANTS, strict=True):
        pole = np.pi * bandwidth + 2j * np.pi * centre
        tract *= np.abs(pole) ** 2 / ((s + pole) * (s + np.conj(pole)))
    # the poles above those listed lift the highs again (Fant's higher-pole correction, in its simplest form)
    lifted = tract * (1 + (frequency / 2500.0) ** 2)
    fade = np.clip((HIGHEST - frequency) / (HIGHEST / 4), 0, 1)
    return np.asarray(lifted * number**-TILT * fade)


def _breath(noise: np.random.Generator, mouth: Curve, sample_rate: int) -> Curve:
    """Hissing air, loudest while the mouth is opening."""
    speed = np.gradient(mouth) * sample_rate if len(mouth) > 1 else np.zeros(len(mouth))
    air = noise.standard_normal(len(mouth))
    hiss = np.diff(air, prepend=0.0)
    return np.asarray(hiss * mouth * (0.25 + np.clip(speed / 12, 0, 1)))


def _ends(times: Curve, duration: float) -> Curve:
    fade = np.clip(np.minimum(times, duration - times) / FADE_SECONDS, 0, 1)
    return np.asarray(np.sin(fade * np.pi / 2) ** 2)


class Room:
    """A small room's echo, added block by block: noise that dies away (Moorer, 1979)."""

    def __init__(self, sample_rate: int) -> None:
        length = round(ROOM_SECONDS * sample_rate)
        echo = np.random.default_rng(2).standard_normal(length)
        echo *= np.exp(-6.9 * np.arange(length) / length) * np.minimum(1, np.arange(length) / (0.004 * sample_rate))
        self._echo = ROOM_LEVEL * echo / np.sqrt((echo**2).sum())
        self._tail = np.zeros(length - 1)

    def __call__(self, dry: Curve) -> Curve:
        wet = fftconvolve(dry, self._echo)
        wet[: len(self._tail)] += self._tail
        self._tail = wet[len(dry) :].copy()
        return np.asarray(dry + wet[: len(dry)])
