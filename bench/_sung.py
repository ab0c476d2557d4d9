"""Speech and songs whose every phone is known to the sample: eSpeak NG's own events, stretched and tuned by WORLD.

eSpeak NG says the words (from the optional package espeakng-loader); a song holds vowels three times as long, follows a
melody with vibrato, and lies in music if there is any. Nothing of it is used by Duet itself.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from media.sound.melody import NOTES
from speech.espeak import library
from speech.ipa import from_ipa
from speech.phones import SILENCE, VOWELS, Phone

Samples = NDArray[np.float64]
ENGLISH = (
    "the moon is bright above my little boat",
    "remember every promise that we made before",
    "a summer breeze will bring the music home",
    "we move along the river in the evening fog",
    "my mother saved a simple melody for me",
    "believe in paper boats and happy people",
    "forever famous for the voices in the valley",
    "come back tomorrow maybe you will find me",
)
MANDARIN = (
    "月亮代表我的心",
    "明天我们一起回到美丽的家",
    "春风吹过平静的湖面",
    "妈妈为我唱一首慢慢的歌",
    "不怕风雨不怕黑夜漫漫",
    "朋友陪我飞过那片白云",
)
RATE = 16000
PERIOD = 0.005
WORDS_A_MINUTE = 150
STRETCH = {True: 3.0, False: 1.0}
"""How many times as long a sung vowel, and a consonant, is as a spoken one."""
VIBRATO_HERTZ, VIBRATO_DEPTH = 5.5, 0.02


@dataclass(frozen=True)
class Truth:
    """A line with the times of its phones, in seconds from its first sample; 16 kHz."""

    text: str
    samples: Samples
    phones: tuple[Phone, ...]


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("position", ctypes.c_int), ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", _Id),
    )  # fmt: skip


_PHONEME = 7
_TONE = re.compile(r"[0-9]")
_ASPIRATED = re.compile(r"(?<=[tpkɕsʂ])h$")
CLOSURE = 0.08
"""Seconds: a shorter silence before a phone is a part of it."""


def spoken(text: str, voice: str) -> Truth:
    """eSpeak NG says a line."""
    espeak = library()
    pieces: list[NDArray[np.int16]] = []
    events: list[tuple[str, int]] = []
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))

    def heard(buffer: ctypes._Pointer[ctypes.c_short], count: int, told: ctypes._Pointer[_Event]) -> int:
        if buffer and count > 0:
            pieces.append(np.ctypeslib.as_array(buffer, (count,)).copy())
        number = 0
        while told[number].type:
            if told[number].type == _PHONEME:
                events.append((told[number].id.string.decode("utf-8", "ignore"), told[number].sample))
            number += 1
        return 0

    callback = kind(heard)
    espeak.espeak_SetSynthCallback(callback)
    if espeak.espeak_SetVoiceByName(voice.encode()) != 0:
        raise ValueError(f"eSpeak NG has no voice {voice}")
    espeak.espeak_SetParameter(1, WORDS_A_MINUTE, 0)
    data = text.encode()
    espeak.espeak_Synth(data, len(data) + 1, 0, 1, 0, 1, None, None)
    espeak.espeak_Synchronize()
    own = espeak.espeak_ng_GetSampleRate()
    samples = resample_poly(np.concatenate(pieces) / 32768.0, RATE, own)
    return Truth(text, samples, _phones(events, own, len(samples) / RATE))


def _phones(events: list[tuple[str, int]], rate: int, length: float) -> tuple[Phone, ...]:
    """Events mark beginnings. A phone of two parts shares its time among them; a stop begins with its silence."""
    found: list[Phone] = []
    times = [at / rate for _, at in events] + [length]
    for (name, _), start, end in zip(events, times, times[1:], strict=False):
        # aspiration: Mandarin "th" is a t; digits are tones
        first, parts = start, from_ipa(_ASPIRATED.sub("", _TONE.sub("", name))) or (SILENCE,)
        if found and found[-1].silent and found[-1].end - found[-1].start < CLOSURE and parts != (SILENCE,):
            first = found.pop().start
        edges = [first + (end - first) * part / len(parts) for part in range(len(parts) + 1)]
        found += [Phone(part, left, right) for part, left, right in zip(parts, edges, edges[1:], strict=False)]
    return tuple(phone for phone in found if phone.end > phone.start)


def sung(line: Truth, first_note: int = 0, octave: float = 1.0) -> Truth:
    """The line sung: vowels held, a note a vowel, vibrato."""
    import pyworld

    samples = np.ascontiguousarray(line.samples)
    f0, at = pyworld.dio(samples, RATE, frame_period=PERIOD * 1000)
    f0 = pyworld.stonemask(samples, f0, at, RATE)
    envelope, noise = pyworld.cheaptrick(samples, f0, at, RATE), pyworld.d4c(samples, f0, at, RATE)
    old, new, phones, notes = [0.0], [0.0], [], []
    note = first_note
    for phone in line.phones:
        start = new[-1]
        end = start + (phone.end - phone.start) * STRETCH[phone.name in VOWELS]
        old.append(phone.end)
        new.append(end)
        phones.append(Phone(phone.name, start, end, phone.word))
        notes.append((start, 440 * 2 ** ((NOTES[note % len(NOTES)][0] - 69) / 12) * octave))
        note += phone.name in VOWELS
    times = np.arange(0, new[-1], PERIOD)
    index = np.minimum(np.round(np.interp(times, new, old) / PERIOD).astype(int), len(f0) - 1)
    starts = np.array([start for start, _ in notes])
    wanted = np.array([hertz for _, hertz in notes])[np.searchsorted(starts, times, side="right") - 1]
    kernel = np.hanning(15)
    wanted = np.convolve(np.pad(wanted, 7, mode="edge"), kernel / kernel.sum(), "valid")
    wanted *= 1 + VIBRATO_DEPTH * np.sin(2 * np.pi * VIBRATO_HERTZ * times)
    pitch = np.where(f0[index] > 0, wanted, 0.0)
    made = pyworld.synthesize(
        pitch, np.ascontiguousarray(envelope[index]), np.ascontiguousarray(noise[index]), RATE, PERIOD * 1000
    )
    return Truth(line.text, made[: int(new[-1] * RATE)], tuple(phones))


def with_music(voice: Samples, music: Samples, decibels: float) -> Samples:
    """The voice and music, (n, C) or (n,), so many decibels softer (above 0) than the voice where it sounds."""
    active = np.abs(voice) > 0.02 * np.abs(voice).max()
    loud = np.sqrt(np.mean(voice[active] ** 2))
    bed = np.resize(music, (len(voice), *music.shape[1:]))
    bed = bed / np.sqrt(np.mean(bed**2)) * loud * 10 ** (-decibels / 20)
    return np.asarray((voice[:, None] if bed.ndim == 2 else voice) + bed)
