"""How well beats and bars are found: in music whose every beat is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from bench._band import play
from bench._singer import RATE as BAND_RATE
from bench.sample_song import BARS
from speech.beats import RATE, Beats, find_beats, listen

TEMPOS = (66, 76, 88, 97, 104, 113, 120, 129, 138, 152, 168)
NEAR = 0.07
"""Seconds within which a beat counts as found (as MIREX has it)."""
TIMES = 2
"""How often the chords of the sample song are played through."""


def band(tempo: float, *, in_bar: int = 4, drums: bool = True) -> NDArray[np.float64]:
    """(S,) at speech.beats.RATE."""
    made = play(BARS * TIMES, 60 / tempo, beats=in_bar, drums=drums)
    return np.asarray(resample_poly(made.mean(axis=1), 1, BAND_RATE // RATE))


def rows() -> Iterator[dict[str, object]]:
    """A row a kind of music: shares of tempos (half and double count), of beats and of bars that are found."""
    for name, in_bar, drums in (("drums", 4, True), ("no drums", 4, False), ("waltz", 3, True)):
        tempos: list[float] = []
        beats: list[float] = []
        bars: list[float] = []
        for tempo in TEMPOS:
            found = find_beats(listen([band(tempo, in_bar=in_bar, drums=drums)]))
            true = np.arange((len(BARS) * TIMES + 2) * in_bar) * 60 / tempo
            tempos.append(float(found is not None and tempo_right(found, tempo)))
            beats.append(near(found.times, true) if found else 0.0)
            bars.append(near(found.bars, true[::in_bar]) if found else 0.0)
        shares = {"tempo": tempos, "beats": beats, "bars": bars}
        yield {"row": f"beats, {name}"} | {what: round(float(np.mean(each)), 2) for what, each in shares.items()}
    yield {"row": "beats, noise", "found": find_beats(listen([hiss(30)])) is not None}


def hiss(seconds: float) -> NDArray[np.float64]:
    """(S,) sound without a beat."""
    return 0.1 * np.random.default_rng(1).standard_normal(round(seconds * RATE))


def tempo_right(found: Beats, tempo: float) -> bool:
    """To 2 %, twice and half of it included."""
    return any(abs(found.tempo / (tempo * times) - 1) < 0.02 for times in (0.5, 1, 2))


def near(found: Sequence[float], true: NDArray[np.float64]) -> float:
    """Share of those found that are one of the true ones."""
    return float(np.mean([np.abs(true - at).min() < NEAR for at in found]))
