"""Phones found in sound by pocketsphinx's acoustic model of English, for words that are known (forced alignment)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speech.phones import NOBODY, SILENCE, VOWELS, Phone, Pronunciation
from speech.sphinx import sphinx

if TYPE_CHECKING:
    from pocketsphinx import Decoder

RATE = 16000
"""Samples a second that the model hears."""
FRAME = 0.01


@dataclass(frozen=True, kw_only=True)
class HearingLimits:
    """What the acoustic model is given, and how far it looks. Set by hand; bench/song.py says how well words are found.

    Attributes:
        pad: seconds of silence before and after: the model expects some.
        level: RMS that sound is brought to, of full scale.
        beam: likelihood, of the best way's, below which a way is given up. Next to none is: words of a whole song are
            found again after a line that is not in it.
        quiet: RMS that softer sound is taken to have, of full scale, so that silence stays silent.
    """

    pad: float = 0.2
    level: float = 0.08
    beam: float = 1e-300
    quiet: float = 1e-5


HEARING = HearingLimits()

CLEAN, SEPARATED = -45.0, -30.0
"""White noise under the voice, dB: none that is heard, and enough to hide what a separation leaves of the music."""

Samples = NDArray[np.float64]
Ways = Sequence[Pronunciation]


@dataclass(frozen=True)
class Found:
    """Words in sound.

    Attributes:
        phones: in order, silences among them; times in seconds from the first sample; words counted from 0.
        score: mean log-likelihood of a frame of the words' phones, in the model's units: comparable on the same sound.
    """

    phones: tuple[Phone, ...]
    score: float


def align(samples: Samples, words: Sequence[Ways], *, noise: float, held: int = 1) -> Found | None:
    """Where in the sound each phone of the words is, or None where they cannot be found in it.

    Args:
        samples: (S,) at RATE.
        words: the ways to say each, at least one.
        noise: dB under the sound.
        held: each vowel lasts so many times the shortest time that a phone can have (30 ms) at least.
    """
    pcm = heard(samples, noise)
    decoder = _decoder(words, held)
    try:
        decoder.set_align_text(" ".join(f"w{number}" for number in range(len(words))))
        _decode(decoder, pcm)
        if decoder.hyp() is None:
            return None
        decoder.set_alignment()
        _decode(decoder, pcm)
        return _found(decoder, len(samples) / RATE, len(words), held)
    except RuntimeError:
        return None


def spans(samples: Samples, words: Sequence[Ways], *, noise: float, held: int = 1) -> list[tuple[float, float]] | None:
    """When each word is said, (start, end) in seconds, or None: as `align`, for sound of any length, less exactly."""
    decoder = _decoder(words, held)
    try:
        decoder.set_align_text(" ".join(f"w{number}" for number in range(len(words))))
        _decode(decoder, heard(samples, noise))
    except RuntimeError:
        return None
    if decoder.hyp() is None:
        return None
    length = len(samples) / RATE
    found = [
        (_seconds(part.start_frame, length), _seconds(part.end_frame + 1, length))
        for part in decoder.seg()
        if _number(part.word) != NOBODY
    ]
    return found if len(found) == len(words) else None


def _decode(decoder: Decoder, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _seconds(frame: int, length: float) -> float:
    return min(max(frame * FRAME - HEARING.pad, 0.0), length)


def _number(name: str) -> int:
    """Which word a name of the dictionary stands for: "w3(2)" for number 3."""
    return int(name[1:].partition("(")[0]) if name.startswith("w") else NOBODY


def _decoder(words: Sequence[Ways], held: int) -> Decoder:
    """A decoder whose dictionary is the words, called w0, w1, ...; a vowel stands in it `held` times."""
    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="ascii") as file:
        for number, ways in enumerate(words):
            for way, phones in enumerate(ways):
                file.write(f"w{number}{f'({way + 1})' if way else ''} {' '.join(_times(phones, held))}\n")
        file.flush()
        return sphinx().Decoder(
            dict=file.name,
            lm=None,
            loglevel="FATAL",
            bestpath=False,
            beam=HEARING.beam,
            pbeam=HEARING.beam,
            wbeam=HEARING.beam,
        )


def heard(samples: Samples, noise: float, pad: float = HEARING.pad) -> bytes:
    """16-bit samples at the usual level, between silences, noise under them: the same for the same sound.

    Args:
        samples: (S,) at RATE.
        noise: dB under them.
        pad: seconds of silence before and after.
    """
    silence = np.zeros(round(pad * RATE))
    level = max(float(np.sqrt(np.mean(samples**2))), HEARING.quiet)
    hiss = (
        np.random.default_rng(0).standard_normal(len(samples) + 2 * len(silence)) * HEARING.level * 10 ** (noise / 20)
    )
    sound = np.concatenate([silence, samples / level * HEARING.level, silence]) + hiss
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def _times(phones: Pronunciation, held: int) -> list[str]:
    return [phone for phone in phones for _ in range(held if phone in VOWELS else 1)]


def _found(decoder: Decoder, length: float, count: int, held: int) -> Found | None:
    phones: list[Phone] = []
    total, frames, words = 0.0, 0, 0
    for word in decoder.get_alignment():
        number = _number(word.name)
        parts = list(word)
        while parts:
            name = parts[0].name
            same = parts[: held if name in VOWELS and number != NOBODY else 1]
            parts = parts[len(same) :]
            start, end = same[0].start, same[-1].start + same[-1].duration
            if number != NOBODY:
                total, frames = total + sum(part.score for part in same), frames + end - start
            phones.append(
                Phone(SILENCE if number == NOBODY else name, _seconds(start, length), _seconds(end, length), number)
            )
        words += number != NOBODY
    if words != count or not frames:
        return None
    return Found(tuple(phone for phone in phones if phone.end > phone.start), total / frames)
