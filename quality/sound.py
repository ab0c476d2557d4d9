"""Sound and picture together: where the result's sound lies against its sources', and against the mouths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.sound.at_rate import resampled
from media.sound.reader import Block, sound_blocks, to_float
from quality.features import MOUTH
from quality.following import correlation

RATE = 4000
"""Samples a second at which sounds are compared: a quarter of a millisecond apart."""
WINDOW = 5.0
"""Seconds of sound that are compared at each place."""
PLACES = 3
"""Windows at the beginning, in the middle and at the end: an offset that grows is found too."""
SEARCH = 0.5
"""Seconds by which a sound is looked for early and late."""
COMMON = 0.3
"""Normalised correlation from which two sounds have something in common."""
CLEARLY = 0.02
"""Correlation by which a sound must fit better elsewhere than near its place, to count as elsewhere."""
SPOKEN = 0.3
"""Correlation of the driver's mouth with the sound from which their timing can be compared."""
BETTER = 0.05
"""How much better a mouth goes with the sound elsewhere than where its driver's does, to count as elsewhere."""
REACH = 8
"""Frames by which a mouth's timing against the sound is looked for."""

MASKED = 40.0
"""dB below the loudest source from which one is heard no more: what is found of it is something else."""
AUDIBLE = 10 ** (-60 / 20)
"""Of full scale: what stays below is silence."""
SHORTEST = 0.4
"""Seconds below which a sound has no loudness (BS.1770: one gating block)."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """One sound of the plan.

    Attributes:
        start, offset, length: seconds on its file's clock, and in the result; None: to its end.
        stream: which of the file's sounds.
        gain_db: change of level, dB.
    """

    path: Path
    start: Fraction
    offset: Fraction
    length: Fraction | None
    stream: int = 0
    gain_db: float = 0.0

    @property
    def shift(self) -> float:
        """Seconds from the result's clock to its file's."""
        return float(self.start - self.offset)


@dataclass(frozen=True)
class Heard:
    """How a source's sound lies in the result.

    Attributes:
        offset: seconds by which it is late, the worst of its windows; NaN where none has a sound in common with it.
        strength: the normalised correlation there, 0..1.
    """

    offset: float
    strength: float


def offsets(result: Path, sources: Sequence[Source], duration: float) -> list[Heard]:
    """How late each source sounds in the result. Memory is that of the windows."""
    loudest = max((source.gain_db for source in sources), default=0.0)
    spans = [_windows(source, duration) if source.gain_db > loudest - MASKED else [] for source in sources]
    cut = _cut(result, [span for each in spans for span in each])
    heard = []
    for source, each in zip(sources, spans, strict=True):
        shift, again = source.shift, _again(source, sources)
        theirs = _cut(source.path, [(a + shift - SEARCH, b + shift + SEARCH) for a, b in each], source.stream)
        ours, cut = cut[: len(each)], cut[len(each) :]
        found = [_placed(_lateness(a, b), again) for a, b in zip(ours, theirs, strict=True)]
        known = [one for one in found if one.strength >= COMMON]
        strongest = max((one.strength for one in found), default=0.0)
        heard.append(max(known, key=lambda one: abs(one.offset), default=Heard(float("nan"), strongest)))
    return heard


def _again(source: Source, sources: Sequence[Source]) -> list[float]:
    """How late the same sound is planned, too, seconds, at least as loud; 0 for itself."""
    same = [one for one in sources if (one.path, one.stream) == (source.path, source.stream)]
    return [source.shift - one.shift for one in same if one.gain_db >= source.gain_db]


def _placed(heard: Heard, planned: Sequence[float]) -> Heard:
    """Against the nearest of the places that it is planned at."""
    return Heard(min((heard.offset - late for late in planned), key=abs), heard.strength)


def should_be_heard(sources: Sequence[Source], duration: float) -> bool:
    """Whether a result of so many seconds has a sound to measure: long enough, and not silent in all its sources."""
    return duration >= SHORTEST and any(_sounds(source, duration) for source in sources)


def _sounds(source: Source, duration: float) -> bool:
    first = float(source.start) + max(0.0, -float(source.offset))
    last = first + (duration if source.length is None else min(duration, float(source.length)))
    for block in sound_blocks(source.path, stream=source.stream):
        begin, end = (round(at * block.rate) - block.at for at in (first, last))
        if end <= 0:
            break
        part = to_float(block.samples[max(begin, 0) : end])
        if len(part) and float(np.abs(part).max()) > AUDIBLE:
            return True
    return False


def _windows(source: Source, duration: float) -> list[tuple[float, float]]:
    """Stretches of the result, seconds, in which the source should sound."""
    begin = max(0.0, float(source.offset))
    end = duration if source.length is None else min(duration, float(source.offset + source.length))
    if end - begin < 0.2:
        return []
    if end - begin <= WINDOW * PLACES:
        return [(begin, end)]
    starts = np.linspace(begin, end - WINDOW, PLACES)
    return [(float(at), float(at) + WINDOW) for at in starts]


def _cut(path: Path, spans: Sequence[tuple[float, float]], stream: int = 0) -> list[Samples]:
    """The stretches (seconds), mono, at RATE, silence where there is nothing; the file is read once."""
    pieces: list[Samples] = [np.zeros(0, np.float32) for _ in spans]
    if not spans:
        return pieces
    rate = 0
    last = max(stop for _, stop in spans)
    for block in sound_blocks(path, stream=stream):
        rate = block.rate
        if block.at / rate > last:
            break
        for number, (start, stop) in enumerate(spans):
            if not len(pieces[number]):
                pieces[number] = np.zeros(round((stop - start) * rate), np.float32)
            _lay(pieces[number], block, round(start * rate))
    return [_resampled(piece, rate) if len(piece) else np.zeros(RATE, np.float32) for piece in pieces]


def _lay(piece: Samples, block: Block, first: int) -> None:
    """Put what of a block belongs to the piece, whose first sample has number `first`, into it."""
    begin, end = max(first, block.at), min(first + len(piece), block.at + len(block.samples))
    if begin < end:
        part = to_float(block.samples[begin - block.at : end - block.at])
        piece[begin - first : end - first] = part.mean(axis=1)


def _resampled(piece: Samples, rate: int) -> Samples:
    return np.concatenate(list(resampled([piece[:, None]], (rate, 1), (RATE, 1))))[:, 0]


def _lateness(ours: Samples, theirs: Samples) -> Heard:
    """Where `ours` lies in `theirs`, which begins and ends SEARCH earlier and later."""
    reach = round(SEARCH * RATE)
    energy = float((ours.astype(np.float64) ** 2).sum())
    if len(theirs) < len(ours) or energy < 1e-6:
        return Heard(float("nan"), 0.0)
    scores = _products(theirs.astype(np.float64), ours.astype(np.float64))
    sums = np.concatenate([[0.0], np.cumsum(theirs.astype(np.float64) ** 2)])
    power = sums[len(ours) :] - sums[: -len(ours)]
    scores = scores[: len(power)] / np.sqrt(np.maximum(power[: len(scores)] * energy, 1e-12))
    best = _nearest_peak(scores, reach)
    return Heard((reach - best) / RATE, float(np.clip(scores[best], 0.0, 1.0)))


def _products(longer: NDArray[np.float64], shorter: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of products with the shorter at each place in the longer, (n - m + 1,), by Fourier transforms.

    SciPy's `correlate` is the same; a worker takes a second to import it.
    """
    size = 1 << (len(longer) - 1).bit_length()
    spectrum = np.fft.rfft(longer, size) * np.fft.rfft(shorter, size).conj()
    return np.fft.irfft(spectrum, size)[: len(longer) - len(shorter) + 1]


def _nearest_peak(scores: NDArray[np.float64], here: int) -> int:
    """Of the places that are as good as the best, the peak that is nearest to `here`.

    Sound that repeats itself, such as a metronome's, fits as well a period away.
    """
    good = np.flatnonzero(scores >= scores.max() - CLEARLY)
    at = int(good[np.argmin(np.abs(good - here))])
    while 0 < at < len(scores) - 1 and max(scores[at - 1], scores[at + 1]) > scores[at]:
        at += 1 if scores[at + 1] > scores[at - 1] else -1
    return at


def envelope(path: Path, frames: int, fps: Fraction) -> NDArray[np.float64]:
    """(frames,) loudness of each frame's stretch of sound: the logarithm of its root mean square, -60 dB at least."""
    energy, count = np.zeros(frames), np.zeros(frames)
    for block in sound_blocks(path):
        power = (to_float(block.samples).astype(np.float64) ** 2).mean(axis=1)
        places = ((block.at + np.arange(len(power))) * (float(fps) / block.rate)).astype(np.int64)
        inside = (places >= 0) & (places < frames)
        if inside.any():
            first, last = int(places[inside][0]), int(places[inside][-1])
            energy[first : last + 1] += np.bincount(places[inside] - first, power[inside])
            count[first : last + 1] += np.bincount(places[inside] - first)
    return np.asarray(10 * np.log10(np.maximum(energy / np.maximum(count, 1), 1e-6)))


def mouth_and_sound(
    sound: NDArray[np.float64], frames: NDArray[np.int64], driver: NDArray[np.float64], result: NDArray[np.float64]
) -> dict[str, float]:
    """How the mouth moves with the sound, and how much later than the driver's does.

    Args:
        sound: (N,) envelope of every frame.
        frames: (M,) which of them were looked at.
        driver, result: (M, F) rows.
    """
    theirs, ours = (_scores(sound, frames, rows[:, MOUTH]) for rows in (driver, result))
    at = _best(theirs)
    late = float("nan")
    if theirs[at] >= SPOKEN and max(ours.values()) > -1.0:
        late = float(_best(ours) - at) if max(ours.values()) > ours[at] + BETTER else 0.0
    return {"mouth_sound_r": correlation(sound[frames], result[:, MOUTH]), "mouth_sound_lag": late}


def _best(scores: Mapping[int, float]) -> int:
    """The shift, frames, of the highest score; of two that are equal, the smaller."""
    return max(scores, key=lambda shift: scores[shift] - 1e-9 * abs(shift))


def _scores(sound: NDArray[np.float64], frames: NDArray[np.int64], mouth: NDArray[np.float64]) -> dict[int, float]:
    """The correlation with the sound at every shift of the mouth, -1 where there is none."""
    inside = (frames >= REACH) & (frames < len(sound) - REACH)
    shifts = range(-REACH, REACH + 1)
    found = {shift: correlation(sound[frames[inside] - shift], mouth[inside]) for shift in shifts}
    return {shift: r if np.isfinite(r) else -1.0 for shift, r in found.items()}
