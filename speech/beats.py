"""Where beats and bars of music lie: tempo by autocorrelation, beats by dynamic programming, bars by what basses play.

D. Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music Research 36 (2007), on what changes in a
logarithmic spectrum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from speech.loudness import STEP, Curve

RATE = 16_000
"""Samples a second of what is listened to."""
HOP = round(STEP * RATE)


@dataclass(frozen=True, kw_only=True)
class BeatLimits:
    """What counts as a beat and as a bar. Times are in beats unless another unit is named.

    bench/_beats.py counts what they find in music whose beats are known.

    Attributes:
        slowest: beats a minute.
        fastest: beats a minute.
        usual: beats a minute that are the likeliest.
        octaves: how far from them, in octaves, others are still likely: a Gaussian's sigma.
        steady: how much an even beat counts beside strong onsets: the alpha of the source.
        clear: autocorrelation of the onsets at the beat's period, 0..1, below which there is no beat.
        meters: beats in a bar, the likelier first.
        other: how many times as well the second meter must explain the changes of chords; above 1.
        low: Hz: what drums and basses have below.
        around: beats before and after a place whose notes are compared.
        clear_of: how many of the windows nearest to it are left out.
    """

    slowest: float = 55.0
    fastest: float = 210.0
    usual: float = 115.0
    octaves: float = 0.9
    steady: float = 100.0
    clear: float = 0.1
    meters: tuple[int, int] = (4, 3)
    other: float = 1.15
    low: float = 160.0
    around: int = 3
    clear_of: int = 2


LIMITS = BeatLimits()

WINDOW, BANDS = 512, 32
LONG, EVERY = 4096, 5
"""Samples of the window in which low notes are heard, and in how many hops there is one."""
LOWEST_NOTE, HEARD = 55.0, 2
"""Hz, and octaves from there: basses and the roots of chords, below what is sung."""
NOTES = 12
_Pieces = Iterable[NDArray[np.floating]]


@dataclass(frozen=True)
class Beats:
    """Beats of a piece of music.

    Attributes:
        times: seconds, in order, evenly spread as far as the music is.
        in_bar: beats in a bar.
        first: number of the first beat that begins a bar.
    """

    times: tuple[float, ...]
    in_bar: int
    first: int

    @property
    def tempo(self) -> float:
        """Beats a minute."""
        return 60 * (len(self.times) - 1) / (self.times[-1] - self.times[0])

    @property
    def bars(self) -> tuple[float, ...]:
        """When bars begin, seconds."""
        return self.times[self.first :: self.in_bar]


@dataclass(frozen=True)
class Heard:
    """What is heard of music, hundredths of a second apart (notes: twentieths).

    Attributes:
        level: (N,) dB of full scale.
        onsets: (N,) how much begins.
        low: (N,) the same of drums and basses.
        notes: (M, 12) how loud each low note is, whatever its octave; rows of length 1.
    """

    level: Curve
    onsets: Curve
    low: Curve
    notes: NDArray[np.float64]


def listen(pieces: _Pieces) -> Heard:
    """Listen to (S,) samples at RATE, a piece after the other, of any lengths."""
    loud, spectra, low_notes = [], [], []
    window, long = np.hanning(WINDOW), np.hanning(LONG)
    bands, notes = _bands(), _notes()
    kept = np.zeros(LONG // 2)  # so that the first window's middle is the first sample
    frame = 0
    for piece in (*pieces, np.zeros(LONG // 2)):
        kept = np.concatenate([kept, np.asarray(piece, np.float64)])
        count = max(0, (len(kept) - LONG) // HOP + 1)
        if not count:
            continue
        views = np.lib.stride_tricks.sliding_window_view(kept, LONG)[::HOP][:count]
        near = views[:, (LONG - WINDOW) // 2 : (LONG + WINDOW) // 2]
        loud.append(10 * np.log10((near**2).mean(axis=1) + 1e-12))
        spectra.append(np.log1p(1000 * np.abs(np.fft.rfft(near * window, axis=1)) @ bands))
        chosen = views[-frame % EVERY :: EVERY]
        low_notes.append(np.abs(np.fft.rfft(chosen * long, axis=1)) @ notes)
        kept, frame = kept[count * HOP :], frame + count
    level, bands_heard, heard = np.concatenate(loud), np.concatenate(spectra), np.concatenate(low_notes)
    rise = np.maximum(0, np.diff(bands_heard, axis=0, prepend=bands_heard[:1]))
    low = int(np.argmax(_edges() > LIMITS.low))
    heard /= np.maximum(np.linalg.norm(heard, axis=1, keepdims=True), 1e-9)
    return Heard(level, rise.mean(axis=1), rise[:, :low].mean(axis=1), heard)


def find_beats(heard: Heard) -> Beats | None:
    """The beats; None where there are none."""
    onsets = heard.onsets - gaussian_filter1d(heard.onsets, 0.5 / STEP)
    spread = float(onsets.std())
    if len(onsets) < 4 * 60 / LIMITS.slowest / STEP or spread < 1e-6:
        return None
    onsets = gaussian_filter1d(onsets / spread, 1.5)
    period = _period(onsets)
    if period is None:
        return None
    beats = _track(onsets, period)
    if len(beats) < 2 * max(LIMITS.meters):
        return None
    in_bar, first = _meter(heard, beats)
    return Beats(tuple(float(beat * STEP) for beat in beats), in_bar, first)


def _edges() -> Curve:
    """(BANDS,) Hz: the middles of the bands in which onsets are looked for, closer together where they are low."""
    return np.geomspace(60, 7500, BANDS)


def _bands() -> NDArray[np.float64]:
    """(WINDOW // 2 + 1, BANDS): triangles over the spectrum."""
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    middles = _edges()
    width = np.maximum(np.gradient(middles), RATE / WINDOW)
    shape = np.maximum(0, 1 - np.abs(hertz[:, None] - middles) / width)
    return np.asarray(shape / np.maximum(shape.sum(axis=0), 1e-9))


def _notes() -> NDArray[np.float64]:
    """(LONG // 2 + 1, NOTES): which note each frequency belongs to, HEARD octaves from LOWEST_NOTE up."""
    hertz = np.maximum(np.fft.rfftfreq(LONG, 1 / RATE), 1e-3)
    number = NOTES * np.log2(hertz / LOWEST_NOTE)
    inside = (number > -0.5) & (number < HEARD * NOTES)
    apart = np.abs((number[:, None] - np.arange(NOTES) + NOTES / 2) % NOTES - NOTES / 2)
    return np.asarray(np.maximum(0, 1 - apart) * inside[:, None])


def _period(onsets: Curve) -> float | None:
    """Steps from beat to beat; None if nothing comes back regularly."""
    count = 1 << (2 * len(onsets) - 1).bit_length()
    power = np.abs(np.fft.rfft(onsets - onsets.mean(), count)) ** 2
    again = np.fft.irfft(power, count)[: len(onsets)]
    again = again / again[0] * len(onsets) / np.maximum(len(onsets) - np.arange(len(onsets)), 1)
    shortest, longest = (60 / tempo / STEP for tempo in (LIMITS.fastest, LIMITS.slowest))
    lags = np.arange(int(shortest), min(int(longest) + 2, len(again) // 4))
    if not len(lags):
        return None
    likely = np.exp(-0.5 * (np.log2(60 / (lags * STEP) / LIMITS.usual) / LIMITS.octaves) ** 2)
    echoes = [again[multiple * lags] / multiple for multiple in (1, 2, 3) if multiple * lags[-1] < len(again)]
    score = np.sum(echoes, axis=0) * likely
    best = int(np.argmax(score))
    if again[max(lags[best] - 1, 0) : lags[best] + 2].max() < LIMITS.clear:
        return None
    # the same period counted over several beats, to a fraction of a step
    period = float(lags[best])
    for multiple in (2, 4, 8):
        middle = round(multiple * period)
        around = np.arange(middle - 2, middle + 3)
        if around[-1] >= len(again) // 2:
            break
        period = float(around[np.argmax(again[around])]) / multiple
    return period


def _track(onsets: Curve, period: float) -> NDArray[np.intp]:
    """The steps on which the beats fall that are strongest and most even."""
    back = np.arange(-round(2 * period), -round(period / 2) + 1)
    uneven = -LIMITS.steady * np.log(-back / period) ** 2
    score, before = onsets.copy(), np.full(len(onsets), -1)
    for at in range(-back[-1], len(onsets)):
        first = max(0, -(at + back[0]))
        ways = score[at + back[first] : at + back[-1] + 1] + uneven[first:]
        best = int(np.argmax(ways))
        if ways[best] > 0:
            score[at] += ways[best]
            before[at] = at + back[first + best]
    tail = len(score) - round(period)
    at = tail + int(np.argmax(score[tail:]))
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(before[at])
    return np.array(beats[::-1])


def _meter(heard: Heard, beats: NDArray[np.intp]) -> tuple[int, int]:
    """How many beats a bar has, and which is the first that begins one: there low notes change and are struck."""
    edges = np.append(beats // EVERY, len(heard.notes))
    sums = np.concatenate([np.zeros((1, NOTES)), np.cumsum(heard.notes, axis=0)])
    change = np.zeros(len(beats))
    for number in range(1, len(beats)):
        first, middle, last = (
            edges[max(number - LIMITS.around, 0)],
            edges[number],
            edges[min(number + LIMITS.around, len(beats))],
        )
        before = sums[max(middle - LIMITS.clear_of, first + 1)] - sums[first]
        after = sums[last] - sums[min(middle + LIMITS.clear_of, last - 1)]
        change[number] = 1 - before @ after / max(np.linalg.norm(before) * np.linalg.norm(after), 1e-9)
    bass = np.array([heard.low[max(0, beat - 3) : beat + 4].max() for beat in beats])
    accent = _even(change) + 0.5 * _even(bass)
    found = {}
    for count in LIMITS.meters:
        by_place = [float(accent[place::count].mean()) for place in range(count)]
        found[count] = max((mean, -place) for place, mean in enumerate(by_place))
    usual, other = LIMITS.meters
    chosen = other if found[other][0] > LIMITS.other * found[usual][0] else usual
    return chosen, -found[chosen][1]


def _even(values: Curve) -> Curve:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9))
