"""How well words are found in sound, and how near that brings a mouth, where every phone is known.

    python -m bench.song [--only TEXT] [--music FILE] [--json FILE]

Rows named beats need neither: shares of tempos, beats and bars that are found in music whose beats are known.

Needs requirements-song.txt, and for the rows with music the weights that separate voices. Each row is eight lines of
English or six of Mandarin as one sound: spoken or sung, alone or in music as loud as the voice, then separated; lines
come with times that are .15 s off, or without any. Boundaries are compared phone by phone where the two agree on what
is said (eSpeak NG's pronunciation is not CMUdict's). `found`: share of lines with a confidence of .5 and more; `wrong`:
that share where each line says the words of another. gap_r, width_r: correlation of the mouth's opening and width with
those of the true phones; shut: true P, B and M at which the lips are shut within a frame at 25 a second.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from bench._beats import rows as beat_rows
from bench._matching import pairs
from bench._media import BESIDE
from bench._sung import ENGLISH, MANDARIN, Truth, spoken, sung, with_music
from face.lip_rig import GAP, WIDTH
from media.sound.at_rate import sound_at
from speech.acoustic import RATE
from speech.alignment import Alignment, align_song
from speech.curves import STYLE, at_frames, mouth
from speech.languages import language_of
from speech.lines import SungLine
from speech.loudness import loudness
from speech.phones import LABIALS, Phone
from speech.separation import MIX_RATE, Separator
from speech.timing import held_on, sequence
from speech.voice import Voice

PAUSE = 1.4
OFF = 0.15
"""Seconds between lines; and that the times of lines are off, either way."""
PITCH = 2 / 3
"""Of the melody of the sample vocals: 147 to 293 Hz."""
FPS, SHUT = 25.0, 0.004
"""Frames a second at which closures are looked for, and the gap in face heights that counts as one."""
Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Song:
    """Lines one after another. `starts`: where each begins, seconds."""

    lines: tuple[Truth, ...]
    starts: tuple[float, ...]
    samples: Samples

    @property
    def ends(self) -> list[float]:
        return [at + len(line.samples) / RATE for at, line in zip(self.starts, self.lines, strict=True)]


def song_of(texts: tuple[str, ...], voice: str, *, singing: bool) -> Song:
    """The lines spoken or sung, pauses between."""
    lines, starts, pieces, at = [], [], [], 0.0
    for number, text in enumerate(texts):
        line = spoken(text, voice)
        line = sung(line, 5 * number, PITCH) if singing else line
        pieces += [np.zeros(round(PAUSE * RATE)), line.samples]
        at += PAUSE
        lines.append(line)
        starts.append(at)
        at += len(line.samples) / RATE
    return Song(tuple(lines), tuple(starts), np.concatenate([*pieces, np.zeros(RATE)]))


def separated(song: Song, music: Samples) -> Voice:
    """The song in music as loud as its voice, and the voice taken out again."""
    mixed = with_music(resample_poly(song.samples, 441, 160), music, 0.0)
    mixed *= 0.5 / np.abs(mixed).max()
    parts = Separator().parts([mixed.astype(np.float32)])
    voice = np.concatenate([part.voice for part in parts])
    return Voice(resample_poly(voice, 160, 441).astype(np.float32)[: len(song.samples)], True)


def told(song: Song, texts: tuple[str, ...], *, timed: bool) -> list[SungLine]:
    """What the lyrics file says: texts, with times that are a little off."""
    if not timed:
        return [SungLine(text) for text in texts]
    off = np.random.default_rng(1).uniform(-OFF, OFF, len(texts) + 1)
    starts = [*(at + float(o) for at, o in zip(song.starts, off, strict=False)), song.ends[-1] + 1]
    return [SungLine(text, (), starts[n], starts[n + 1]) for n, text in enumerate(texts)]


def boundary_errors(song: Song, found: Alignment) -> list[float]:
    """Milliseconds between where a phone begins and where it was found to."""
    errors = []
    for truth, at, line in zip(song.lines, song.starts, found.lines, strict=True):
        real = [phone.later(at) for phone in truth.phones if not phone.silent]
        errors += [1000 * abs(a.start - b.start) for a, b in _both(real, list(line.phones))]
    return errors


def _both(real: list[Phone], found: list[Phone]) -> list[tuple[Phone, Phone]]:
    return [(real[a], found[b]) for a, b in pairs([p.name for p in real], [p.name for p in found])]


def mouth_figures(song: Song, found: Alignment, voice: Voice, *, singing: bool) -> dict[str, float]:
    """The mouth that the found phones make, beside that of the true ones."""
    level = loudness(song.samples)
    seconds = len(song.samples) / RATE
    spoken_at = zip(song.lines, song.starts, strict=True)
    true = sequence([held_on([phone.later(at) for phone in line.phones], level) for line, at in spoken_at])
    wanted = mouth(true, level, seconds, sung=singing).lips
    made = mouth(sequence([line.phones for line in found.lines]), loudness(voice.samples), seconds, sung=singing).lips
    gap = at_frames(made[:, GAP], FPS, round(seconds * FPS))[:, 0]
    shut = []
    for phone in true:
        if phone.name in LABIALS:
            frame = round(((phone.start + min(phone.end, phone.start + STYLE.long_closure)) / 2 - STYLE.lead) * FPS)
            shut.append(bool(gap[max(0, frame - 1) : frame + 2].min() < SHUT))
    r = [float(np.corrcoef(wanted[:, channel], made[:, channel])[0, 1]) for channel in (GAP, WIDTH)]
    return {"gap_r": round(r[0], 3), "width_r": round(r[1], 3), "shut": round(float(np.mean(shut)), 2)}


def row(name: str, song: Song, voice: Voice, code: str, *, singing: bool, timed: bool) -> dict[str, object]:
    """One line of the table."""
    texts = tuple(line.text for line in song.lines)
    began = time.process_time()
    found = align_song(voice, told(song, texts, timed=timed), language_of(code), sung=singing)
    seconds = time.process_time() - began
    errors = boundary_errors(song, found)
    wrong = align_song(voice, told(song, texts[1:] + texts[:1], timed=True), language_of(code), sung=singing)
    median, most = np.percentile(errors, [50, 90])
    return {
        "row": name,
        "median_ms": round(float(median)),
        "p90_ms": round(float(most)),
        "found": round(found.found, 2),
        "wrong": round(wrong.found, 2),
        **mouth_figures(song, found, voice, singing=singing),
        "processor_s_a_second": round(seconds / voice.seconds, 3),
    }


def main() -> int:
    """Print a row a case."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.song", description="Words found in sound, against the truth."
    )
    parser.add_argument("--music", type=Path, default=BESIDE / "driving" / "d14.mp4", help="the music of the mixes")
    parser.add_argument("--json", type=Path, help="write the rows here as well")
    parser.add_argument("--only", default="", help="kinds of rows whose name has this in it: English, sung, beats")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for each in beat_rows() if options.only in "beats" else ():
        rows.append(each)
        print(json.dumps(each), flush=True)
    for what, texts, voice, code in (("English", ENGLISH, "en-us", "en-us"), ("Mandarin", MANDARIN, "cmn", "zh")):
        for singing in (False, True):
            kind = f"{what}, {'sung' if singing else 'spoken'}"
            if options.only not in kind:
                continue
            song = song_of(texts, voice, singing=singing)
            cases = {"alone": Voice(song.samples.astype(np.float32), False)}
            if options.music.is_file():
                music = sound_at(options.music, rate=MIX_RATE, channels=2, start=Fraction(0))
                cases["separated"] = separated(song, np.concatenate(list(music)).astype(np.float64))
            for case, heard in cases.items():
                for timed in (True, False):
                    name = f"{kind}, {case}, {'lines timed' if timed else 'no times'}"
                    rows.append(row(name, song, heard, code, singing=singing, timed=timed))
                    print(json.dumps(rows[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
