"""When each word and phone of a song is sung: forced alignment line by line, in proportion where that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError
from foundation.limits import Limit
from speech.acoustic import CLEAN, RATE, SEPARATED, Found, align, spans
from speech.languages import Language, check_script
from speech.lines import SungLine
from speech.loudness import Curve, loudness
from speech.lowering import can_lower, lowered
from speech.phones import Phone
from speech.pronounce import Said, Source, pronounce
from speech.timing import by_pieces, held_on, in_proportion, natural, voiced_span, word_spans
from speech.tokens import tokens
from speech.voice import Voice

MARGIN = 0.4
"""Seconds around a line's times in which its words are looked for."""
HELD = 3
"""A sung vowel lasts so many times the shortest time of a phone at least."""
DOUBT, SPREAD = 0.85, 0.04
"""A line's words are held against the same sounds backwards, which are not in the sound: the ratio of the two scores at
which a line is as likely found as not, and how fast that changes. Right words have .3 to .8 of the score of those that
are not there, wrong ones .8 to 1.3 (bench/song.py)."""
TRUSTED = 0.5
"""Confidence from which a line counts as found."""
FEWEST = 0.3
"""Share of lines that must be found at least, or the words are not those of the sound: of another song's, up to .25 are
taken for found, of the right ones .5 at least (bench/song.py)."""


class How(Enum):
    """How the times of a line were come by."""

    ALIGNED = "aligned"
    TIMES = "by its words' times"
    PROPORTION = "in proportion"


@dataclass(frozen=True)
class Word:
    """A word as it is shown, spaces and punctuation after it included, and when it is sung, in seconds."""

    shown: str
    start: float
    end: float


@dataclass(frozen=True)
class AlignedLine:
    """A line in time.

    Attributes:
        line: what was known of it.
        words: together they read as the line does.
        phones: in order, words counted from 0, seconds of the song; without the silence around.
        confidence: 0..1 that its words are where they are said to be; 0 where they are there in proportion.
    """

    line: SungLine
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]
    how: How
    confidence: float

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end


@dataclass(frozen=True)
class Alignment:
    """A song in time. `by_rule`: words that no dictionary has, spelt by rule; `unsaid`: those that nothing can say."""

    lines: tuple[AlignedLine, ...]
    by_rule: tuple[str, ...]
    unsaid: tuple[str, ...]

    @property
    def found(self) -> float:
        """Share of lines whose words were found in the sound, 0..1."""
        return sum(line.confidence >= TRUSTED for line in self.lines) / len(self.lines)


@dataclass(frozen=True)
class _Listener:
    """What the lines are looked for in. `level`: its loudness; `held`: see speech.acoustic.align."""

    samples: NDArray[np.float64]
    level: Curve
    noise: float
    held: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    def find(self, words: Sequence[Said], start: float, end: float) -> tuple[Found, float] | None:
        """The words between two times, times from `start` on, and the confidence.

        Vowels need not be held where there is no time to.
        """
        part = self.samples[max(0, round(start * RATE)) : round(end * RATE)]
        ways = [word.ways for word in words]
        for held in dict.fromkeys((self.held, 1)):
            if found := align(part, ways, noise=self.noise, held=held):
                backwards = [tuple(way[::-1] for way in each) for each in reversed(ways)]
                other = align(part, backwards, noise=self.noise, held=held)
                ratio = found.score / other.score if other and other.score < 0 else 0.0
                return found, float(1 / (1 + np.exp((ratio - DOUBT) / SPREAD)))
        return None


def align_song(
    voice: Voice,
    lines: Sequence[SungLine],
    language: Language,
    *,
    sung: bool = True,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> Alignment:
    """When each word and phone of the lines is sung.

    Args:
        voice: what is heard.
        lines: all with times, or none.
        sung: vowels are held as in singing; False for speech.
        report: called with lines done, of how many.
    Raises: InputError for words in another script, of which none can be said, or too many without times.
    """
    check_script(" ".join(line.text for line in lines), language)
    said = [pronounce(tokens(line.text, language), language) for line in lines]
    if not any(word.ways for words in said for word in words):
        raise InputError("none of the words can be said", cure="set the language that they are in")
    timed = all(line.start is not None for line in lines)
    if not timed:
        _check_searchable(said, voice.seconds)
    samples = np.asarray(voice.samples, np.float64)
    heard = lowered(samples, always=voice.separated) if can_lower() else samples
    listener = _Listener(heard, loudness(samples), SEPARATED if voice.separated else CLEAN, HELD if sung else 1)
    windows = _windows(lines) if timed else _found_windows(listener, said)
    made = []
    for number, (line, words, window) in enumerate(zip(lines, said, windows, strict=True), 1):
        made.append(_aligned(listener, line, words, window))
        report(number, len(lines))
    return Alignment(tuple(made), _spoken(said, Source.RULE), _spoken(said, Source.NONE))


def check_found(alignment: Alignment) -> None:
    """Raises: InputError if next to none of the lines are in the sound."""
    count = sum(line.confidence >= TRUSTED for line in alignment.lines)
    if alignment.found < FEWEST:
        told = f"the words are not in the sound: {count} of {len(alignment.lines)} lines were found"
        raise InputError(told, cure="check the words, the language and, where there is music, the separation")


def _windows(lines: Sequence[SungLine]) -> list[tuple[float, float]]:
    return [(line.start or 0.0, line.end or 0.0) for line in lines]


def _check_searchable(said: Sequence[Sequence[Said]], seconds: float) -> None:
    """Raises: InputError for more words without times, or more sound, than can be searched."""
    count, minutes, most = sum(bool(word.ways) for line in said for word in line), seconds / 60, Limit.UNTIMED_MINUTES
    if minutes > most.now or count > Limit.UNTIMED_WORDS.now:
        told = f"{count} words without times in {minutes:.0f} minutes of sound are too many"
        raising = f"raise the limits {most.called} and {Limit.UNTIMED_WORDS.called}"
        cure = f"cut the sound into songs of {most.now} minutes, give the lines times (LRC, SRT), or {raising}"
        raise InputError(told, cure=cure)


def _found_windows(listener: _Listener, said: Sequence[Sequence[Said]]) -> list[tuple[float, float]]:
    """Where lines without times are: all their words looked for at once; in proportion where that fails."""
    words = [word for line in said for word in line if word.ways]
    found = spans(listener.samples, [word.ways for word in words], noise=listener.noise, held=listener.held)
    if found is None:
        first, last = voiced_span(listener.level, 0.0, listener.seconds)
        edges = np.cumsum([0, *(max(1, len(line)) for line in said)]) / sum(max(1, len(line)) for line in said)
        times = first + (last - first) * edges
        return [(float(start), float(end)) for start, end in pairwise(times)]
    windows, at, last = [], 0, 0.0
    for line in said:
        own = found[at : at + sum(bool(word.ways) for word in line)]
        at += len(own)
        windows.append((own[0][0], own[-1][1]) if own else (last, last))
        last = windows[-1][1]
    return windows


def _aligned(listener: _Listener, line: SungLine, words: Sequence[Said], window: tuple[float, float]) -> AlignedLine:
    start, end = max(0.0, window[0] - MARGIN), min(listener.seconds, window[1] + MARGIN)
    numbers = [number for number, word in enumerate(words) if word.ways]
    found = listener.find([words[number] for number in numbers], start, end) if numbers and start < end else None
    if found is not None:
        phones, how, confidence = natural(found[0].phones), How.ALIGNED, found[1]
        phones = [phone.later(start) for phone in phones]
    elif line.pieces:
        phones, how, confidence = by_pieces(line, words, window[1]), How.TIMES, 0.0
    else:
        first, last = voiced_span(listener.level, *window)
        phones, how, confidence = in_proportion([words[n] for n in numbers], first, last), How.PROPORTION, 0.0
    if how is not How.TIMES:
        phones = [phone.counted(numbers) for phone in phones]
    phones = held_on(phones, listener.level)
    times = word_spans(phones, len(words), window)
    shown = [Word(word.token.shown, *span) for word, span in zip(words, times, strict=True)]
    return AlignedLine(line, tuple(shown) or (Word(line.text, *window),), tuple(phones), how, confidence)


def _spoken(said: Sequence[Sequence[Said]], source: Source) -> tuple[str, ...]:
    """The words of that source, each once."""
    return tuple(dict.fromkeys(word.token.said for words in said for word in words if word.source is source))
