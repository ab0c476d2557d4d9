"""Makes the sample song that comes with Duet: a tune and words of our own, a formant voice, a small band.

    python -m bench.sample_song [-o configs/songs/paper_moon.m4a]

When each of its phones sounds is known (`Line.phones`): it is truth for what looks for words, too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench._band import play
from bench._singer import RATE, sing_phones
from media.ffmpeg.binary import ffmpeg
from media.sound.synth import Room
from media.sound.wav import write_wav
from speech.phones import NOBODY, VOWELS, Phone

SONG = Path(__file__).parents[1] / "configs" / "songs" / "paper_moon.m4a"
Samples = NDArray[np.float64]
BEAT = 0.5
BARS = ((48, 55, 60, 64), (48, 55, 60, 64), (53, 57, 60, 65), (45, 57, 60, 64), (50, 57, 62, 65), (43, 55, 59, 62),
        (48, 55, 60, 64), (48, 55, 60, 64))  # fmt: skip
"""MIDI notes of each bar's chord: one bar before the words, two for each line, one after them."""
LONG = 2.0
"""Seconds that the last chord rings."""
PICKUP = 0.5
"""Beats before its bar at which a line begins."""
BEATS = (0.5, 1.0, 1.0, 1.5, 0.5, 1.0, 0.5, 1.5)
"""Of the syllables of every line."""
LASTS = {
    "P": 0.1, "B": 0.09, "M": 0.1, "T": 0.09, "D": 0.08, "K": 0.09, "G": 0.08, "N": 0.08, "NG": 0.1, "L": 0.08,
    "R": 0.07, "W": 0.09, "Y": 0.07, "F": 0.1, "V": 0.09, "S": 0.12, "Z": 0.1, "SH": 0.12, "ZH": 0.1, "TH": 0.1,
    "DH": 0.08, "HH": 0.07,
}  # fmt: skip
"""Seconds of consonants; a syllable's vowel begins on its beat and fills what they leave."""
BREAK = 0.3
"""Seconds of the last note of a line that are a rest."""
BAND = -10.0
"""dB of the band, beside the voice where that sounds."""


@dataclass(frozen=True)
class Line:
    """A line of the song.

    Attributes:
        singer, text: as in the file of words.
        syllables: each one's phones, words parted by "|".
        notes: MIDI, a syllable each.
        second: those of a second voice.
    """

    singer: str
    text: str
    syllables: tuple[str, ...]
    notes: tuple[int, ...]
    second: tuple[int, ...] = ()

    def phones(self, start: float) -> list[Phone]:
        """In seconds, where the line's first beat is at `start`."""
        edges = np.concatenate([[0], np.cumsum(BEATS)]) * BEAT + start
        parts = [_parts_of(written) for written in self.syllables]
        made: list[Phone] = []
        word = NOBODY
        for number, (onset, vowel, coda) in enumerate(parts):
            word += self.syllables[number].startswith("|")
            follows = parts[number + 1][0] if number + 1 < len(parts) else ()
            end = edges[number + 1] - _last(follows) - (BREAK if number + 1 == len(parts) else 0)
            at = edges[number] - _last(onset)
            for name in (*onset, vowel, *coda):
                until = end - _last(coda) if name == vowel else at + LASTS[name]
                made.append(Phone(name, float(at), float(until), word))
                at = until
        return made


def _parts_of(syllable: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """The consonants before a syllable's vowel, the vowel, and those after it."""
    names = tuple(syllable.strip("|").split())
    at = next(number for number, name in enumerate(names) if name in VOWELS)
    return names[:at], names[at], names[at + 1 :]


def _last(consonants: tuple[str, ...]) -> float:
    """Seconds."""
    return sum(LASTS[name] for name in consonants)


LINES = (
    Line(
        "astronaut",
        "A paper moon above the bay",
        ("|AH", "|P EY", "P ER", "|M UW N", "|AH", "B AH V", "|DH AH", "|B EY"),
        (52, 55, 55, 60, 59, 60, 59, 57),
    ),
    Line(
        "hopper",
        "My boat will bring me home some day",
        ("|M AY", "|B OW T", "|W IH L", "|B R IH NG", "|M IY", "|HH OW M", "|S AH M", "|D EY"),
        (52, 57, 57, 60, 59, 57, 55, 55),
    ),
    Line(
        "all",
        "Come sing with me, come sail away",
        ("|K AH M", "|S IH NG", "|W IH DH", "|M IY", "|K AH M", "|S EY L", "|AH", "W EY"),
        (55, 59, 59, 62, 60, 60, 59, 60),
        (52, 55, 55, 59, 57, 57, 55, 55),
    ),
)
SIZES = {"astronaut": 1.04, "hopper": 0.97}


def truth() -> list[tuple[Line, list[Phone]]]:
    """Each line and its phones, in seconds of the song."""
    return [(line, line.phones((4 + 8 * number - PICKUP) * BEAT)) for number, line in enumerate(LINES)]


def voices() -> Samples:
    """(S,) the singers alone."""
    seconds = len(BARS) * 4 * BEAT
    made = np.zeros(round(seconds * RATE))
    for line, phones in truth():
        for singer, notes in _voices_of(line):
            vowels = [phone.start for phone in phones if phone.name in VOWELS]
            tune = [(at - 0.03, 440 * 2 ** ((note - 69) / 12)) for at, note in zip(vowels, notes, strict=True)]
            made += sing_phones(phones, tune, seconds, size=SIZES[singer], seed=len(singer))
    return made


def _voices_of(line: Line) -> Iterator[tuple[str, tuple[int, ...]]]:
    if line.second:
        yield from zip(SIZES, (line.notes, line.second), strict=True)
    else:
        yield line.singer, line.notes


def song() -> Samples:
    """(S, 2) singers and band, at RATE."""
    dry = voices()
    room, sung = Room(RATE), np.zeros((len(dry), 1))
    for at in range(0, len(dry), RATE):
        sung[at : at + RATE, 0] = room(dry[at : at + RATE])
    bed = play(BARS, BEAT)[: len(sung)]
    loud = np.sqrt(np.mean(dry[np.abs(dry) > 0.05] ** 2))
    made = sung + bed * loud * 10 ** (BAND / 20) / np.sqrt(np.mean(bed**2))
    times = np.arange(len(made)) / RATE
    made *= np.clip((times[-1] - times) / LONG, 0, 1)[:, None] ** 0.5
    return np.asarray(made * 0.7 / np.abs(made).max())


def main() -> int:
    """Write the song."""
    parser = argparse.ArgumentParser(prog="python -m bench.sample_song", description="Makes the sample song.")
    parser.add_argument("-o", "--output", type=Path, default=SONG)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "song.wav"
        write_wav(plain, song().astype(np.float32), RATE)
        encode = [
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            "-movflags",
            "+faststart",
            "-fflags",
            "+bitexact",
            "-flags:a",
            "+bitexact",
        ]
        subprocess.run([ffmpeg(), "-v", "error", "-y", "-i", str(plain), *encode, str(options.output)], check=True)
    print(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
