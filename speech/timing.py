"""What is done to the times of phones before and after alignment: proportion, natural lengths, vowels held on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from speech.lines import SungLine
from speech.loudness import STEP, Curve, level_at
from speech.phones import NOBODY, VOWELS, Phone, weight
from speech.pronounce import Said

LONGEST = (
    (frozenset({"P", "B", "T", "D", "K", "G"}), 0.12),
    (frozenset({"CH", "JH", "DH", "V", "HH", "R", "W", "Y"}), 0.2),
    (frozenset({"L", "M", "N", "NG", "F", "S", "SH", "Z", "ZH", "TH"}), 0.3),
)
"""Seconds that a consonant lasts at most after a vowel, whose end it was given beyond that."""
DIES_AWAY = -25.0
"""dB under its loudest: there a held vowel ends, or half-way down to what is heard between the words, such as music."""
BETWEEN = 10
"""Percent of a sound that are softer than what is heard between the words."""
HOLDS_ON = 1.5
"""Seconds that a vowel may go on beyond the end that was found for it."""
SOFT = -30.0
"""dB under the loudest of a stretch: softer sound at its ends is no voice."""


def natural(phones: Sequence[Phone]) -> list[Phone]:
    """Consonants no longer than they are sung: a vowel's soft end is easily taken for the consonant after it."""
    made: list[Phone] = []
    for phone in phones:
        limit = next((seconds for names, seconds in LONGEST if phone.name in names), None)
        if made and made[-1].name in VOWELS and limit is not None and phone.end - phone.start > limit:
            made[-1] = replace(made[-1], end=phone.end - limit)
            made.append(replace(phone, start=phone.end - limit))
        else:
            made.append(phone)
    return made


def held_on(phones: Sequence[Phone], level: Curve) -> list[Phone]:
    """Silences left out; a vowel before one lasts as long as its sound does, but not into the next phone.

    Args:
        level: dB, a value each STEP, of the sound that the phones' times are in.
    """
    sounding = [phone for phone in phones if not phone.silent]
    between = float(np.percentile(level, BETWEEN))
    made = []
    for number, phone in enumerate(sounding):
        follows = sounding[number + 1].start if number + 1 < len(sounding) else float("inf")
        end = phone.end
        if phone.name in VOWELS and follows - phone.end > STEP:
            loudest = float(level_at(level, phone.start, phone.end).max())
            softest = max(loudest + DIES_AWAY, (loudest + between) / 2)
            latest = min(phone.end + HOLDS_ON, follows, (len(level) - 1) * STEP)
            while end + STEP <= latest and level[round(end / STEP)] > softest:
                end += STEP
            earliest = phone.start + (phone.end - phone.start) / 2
            while end - STEP >= earliest and level[min(round(end / STEP), len(level)) - 1] <= softest:
                end -= STEP
        made.append(replace(phone, end=end))
    return made


def in_proportion(words: Sequence[Said], start: float, end: float) -> list[Phone]:
    """Phones spread over a stretch of time, vowels twice as long as consonants."""
    names = [(name, number) for number, word in enumerate(words) for name in (word.ways[0] if word.ways else ())]
    whole = sum(weight(name) for name, _ in names)
    made, at = [], start
    for name, number in names:
        length = (end - start) * weight(name) / whole
        made.append(Phone(name, at, at + length, number))
        at += length
    return made


def by_pieces(line: SungLine, words: Sequence[Said], end: float) -> list[Phone]:
    """Phones spread over each timed piece of a line, up to the line's end."""
    made: list[Phone] = []
    starts = [start for start, _ in line.pieces]
    limits = [0]
    for _, text in line.pieces:
        limits.append(limits[-1] + len("".join(text.split())))
    at, letters = 0, 0
    for piece, (start, until) in enumerate(zip(starts, [*starts[1:], end], strict=True)):
        first = at
        while at < len(words) and (letters < limits[piece + 1] or piece == len(starts) - 1):
            letters += len("".join(words[at].token.shown.split()))
            at += 1
        made += [phone.later(0.0, first) for phone in in_proportion(words[first:at], start, max(start, until))]
    return [phone for phone in made if phone.end > phone.start]


def voiced_span(level: Curve, start: float, end: float) -> tuple[float, float]:
    """The part of a stretch of time between its first and its last loud moment, seconds."""
    part = level_at(level, start, end)
    loud = (part > part.max() + SOFT).nonzero()[0]
    first = start + float(loud[0]) * STEP
    return first, min(max(start + float(loud[-1] + 1) * STEP, first + STEP), max(end, first + STEP))


def word_spans(phones: Sequence[Phone], count: int, window: tuple[float, float]) -> list[tuple[float, float]]:
    """(start, end) of each of `count` words; one without phones lies at the end of the one before."""
    times: list[tuple[float, float]] = []
    last = min((phone.start for phone in phones), default=window[0])
    for number in range(count):
        own = [phone for phone in phones if phone.word == number]
        times.append((own[0].start, own[-1].end) if own else (last, last))
        last = times[-1][1]
    return times


def sequence(lines: Sequence[Sequence[Phone]]) -> list[Phone]:
    """The phones of several lines of one singer in one row: in order of time, none beginning before another has ended.

    Words are counted on from line to line.
    """
    made: list[Phone] = []
    words = 0
    rows = []
    for line in lines:
        rows += [phone.later(0.0, words) for phone in line if not phone.silent]
        words += 1 + max((phone.word for phone in line), default=NOBODY)
    for phone in sorted(rows, key=lambda phone: phone.start):
        if made and made[-1].end > phone.start:
            made[-1] = replace(made[-1], end=phone.start)
        made.append(phone)
    return [phone for phone in made if phone.end > phone.start]
