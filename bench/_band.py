"""A small band: bass, plucked chords and drums, made of sines and noise. It keeps time to the sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench._singer import RATE

Samples = NDArray[np.float64]
SIDES = {"bass": 0.0, "pluck": 0.5, "kick": 0.0, "snare": -0.1, "hat": 0.35}
"""Where each stands, -1 left to 1 right; plucked notes go from side to side."""
LEVELS = {"bass": 0.5, "pluck": 0.22, "kick": 0.7, "snare": 0.25, "hat": 0.07}


def play(bars: Sequence[tuple[int, ...]], beat: float, *, beats: int = 4, drums: bool = True) -> Samples:
    """The band.

    Args:
        bars: four MIDI notes of each bar's chord, the lowest first.
        beat: seconds.
        beats: in a bar.
        drums: whether they play.
    Returns: (S, 2) float64 at RATE, bars * beats * beat seconds and a second for what rings on.
    """
    made = np.zeros((round((len(bars) * beats * beat + 1) * RATE), 2))
    noise = np.random.default_rng(7)
    for bar, chord in enumerate(bars):
        for half in range(2 * beats):
            at = (bar * beats + half / 2) * beat
            note = chord[1 + (0, 1, 2, 1)[half % 4]] + 12
            _add(made, at, _struck(note, 0.5), "pluck", 1 if half % 2 else -1)
            if half % beats == 0:
                _add(made, at, _struck(chord[0] - 12, beats / 2 * beat), "bass")
            if not drums:
                continue
            _add(made, at, _brushed(noise, 0.04, 6000), "hat")
            if half % 4 == 0:
                _add(made, at, _kick(), "kick")
            elif half % 4 == 2:
                _add(made, at, _brushed(noise, 0.16, 1200), "snare")
    return made


def _add(made: Samples, at: float, sound: Samples, what: str, side: int = 1) -> None:
    first = round(at * RATE)
    pan = (1 + side * SIDES[what]) * np.pi / 4
    piece = sound[: len(made) - first] * LEVELS[what]
    made[first : first + len(piece)] += piece[:, None] * np.array([np.cos(pan), np.sin(pan)])


def _struck(note: int, seconds: float) -> Samples:
    """A plucked string: harmonics that die away, high ones first."""
    times = np.arange(round(seconds * RATE)) / RATE
    hertz = 440 * 2 ** ((note - 69) / 12)
    tone = sum(np.sin(2 * np.pi * k * hertz * times) * np.exp(-(2 + 3 * k) * times) / k**1.5 for k in range(1, 7))
    return np.asarray(tone * np.minimum(1, times / 0.004) * np.minimum(1, (seconds - times) / 0.02))


def _kick() -> Samples:
    times = np.arange(round(0.18 * RATE)) / RATE
    return np.asarray(np.sin(2 * np.pi * (48 * times + 3.2 * (1 - np.exp(-30 * times)))) * np.exp(-18 * times))


def _brushed(noise: np.random.Generator, seconds: float, above: float) -> Samples:
    """A stroke of noise above so many Hz."""
    air = noise.standard_normal(round(seconds * RATE))
    spectrum = np.fft.rfft(air)
    spectrum[np.fft.rfftfreq(len(air), 1 / RATE) < above] = 0
    times = np.arange(len(air)) / RATE
    return np.asarray(np.fft.irfft(spectrum, len(air)) * np.exp(-4 * times / seconds))
