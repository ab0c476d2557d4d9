"""A mouth made of a voice alone, without words, beside the mouth of whoever was filmed saying them.

    python -m bench.wordless [--write] [CLIP...]

Needs ../shared/media; clips are named as its files. Correlations of the gap of the inner lips, at the best lag within
.4 s: of the mouth that `words: null` makes, over the clip and over its first 15 seconds; of loudness alone; of the
guessed phones alone; and, as what could be reached, of a ridge regression from half a second of the voice's spectrum,
fitted to the other seven eighths of the same clip. Prints a row a clip; `--write` puts them into docs/song.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench._media import BESIDE
from bench._media import Media as Beside
from bench._pair import follow
from landmarks import load_backend
from media.video.probe import probe
from quality.features import MOUTH
from speech.acoustic import RATE
from speech.curves import at_frames, mouth
from speech.loudness import loudness, steps
from speech.voice import read_voice
from speech.wordless import free_phones, opening, wordless_mouth

ROOT = Path(__file__).resolve().parents[1]
CLIPS = ("jackie", "d6", "d10")
REACH = 0.4
"""Seconds by which a lag is looked for."""
FIRST = 15
"""Seconds that are looked at alone, too."""
BANDS, WINDOW, HOP = 26, 400, 160
AROUND = range(-24, 25, 8)
"""Hundredths of a second at which the spectrum is looked at."""
FOLDS, RIDGE = 8, 1000.0
HEAD = "| clip | seconds | r | at best lag | ms | first 15 s | loudness | phones | fitted |\n" + "|---" * 9 + "|\n"
Curve = NDArray[np.float64]


def agreement(filmed: Curve, made: Curve, fps: float) -> tuple[float, float, float]:
    """r as they are, r at the best lag, and that lag in ms, above 0 where the filmed mouth is later."""
    most = round(REACH * fps)
    scores = {}
    for lag in range(-most, most + 1):
        ours, theirs = made[max(0, -lag) : len(made) - max(0, lag)], filmed[max(0, lag) : len(filmed) + min(0, lag)]
        seen = np.isfinite(theirs)
        scores[lag] = float(np.corrcoef(ours[seen], theirs[seen])[0, 1]) if np.ptp(ours[seen]) > 0 else 0.0
    best = max(scores, key=lambda lag: scores[lag])
    return scores[0], scores[best], 1000 * best / fps


def spectrum(samples: Curve) -> Curve:
    """(n, BANDS * len(AROUND)) logarithms of the power in bands, a hundred times a second, and a while around; even."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, WINDOW), WINDOW)[WINDOW // 2 :: HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW))) ** 2
    edges = np.geomspace(2, power.shape[1] - 1, BANDS + 1).astype(int)
    bands = np.log(np.add.reduceat(power, edges[:-1], axis=1) + 1e-6)
    bands = (bands - bands.mean(axis=0)) / bands.std(axis=0)
    return np.concatenate([np.roll(bands, shift, axis=0) for shift in AROUND], axis=1)


def fitted(filmed: Curve, heard: Curve) -> Curve:
    """(N,) each eighth as it follows from the others; `heard`: (N, C)."""
    fold, made = np.arange(len(filmed)) * FOLDS // len(filmed), np.empty(len(filmed))
    for number in range(FOLDS):
        others = (fold != number) & np.isfinite(filmed)
        known, wanted = heard[others], filmed[others]
        weights = np.linalg.solve(known.T @ known + RIDGE * np.eye(known.shape[1]), known.T @ (wanted - wanted.mean()))
        made[fold == number] = heard[fold == number] @ weights
    return made


def row(name: str) -> str:
    """One line of the table."""
    path = BESIDE / "driving" / f"{name}.mp4"
    video = probe(path).video
    if video is None:
        raise SystemExit(f"there is no clip {name}")
    fps = float(video.fps)
    with load_backend() as backend:
        filmed = follow(Beside(BESIDE), name, 10_000, backend).looks.table[:, MOUTH]
    voice = read_voice(path)
    samples = voice.placed(0.0, len(filmed) / fps)
    level, said, seconds = loudness(samples), free_phones(samples), len(filmed) / fps

    def shown(curve: Curve) -> Curve:
        return at_frames(curve, fps, len(filmed))[:, 0]

    made = shown(wordless_mouth(said, level, seconds).lips[:, 0])
    alone = shown(mouth(said, level, seconds).lips[:, 0]), shown(opening(level, len(steps(seconds))))
    heard = at_frames(spectrum(samples.astype(np.float64)), fps, len(filmed))
    at_once, best, lag = agreement(filmed, made, fps)
    first = agreement(filmed[: round(FIRST * fps)], made[: round(FIRST * fps)], fps)[1]
    phones, loud, known = (agreement(filmed, curve, fps)[1] for curve in (*alone, fitted(filmed, heard)))
    figures = f"{at_once:.2f} | {best:.2f} | {lag:.0f} | {first:.2f} | {loud:.2f} | {phones:.2f} | {known:.2f}"
    return f"| {name} | {len(samples) / RATE:.1f} | {figures} |"


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.wordless", description="Mouths made of voices alone.")
    parser.add_argument("clips", nargs="*", metavar="CLIP", help="names of clips; those with a voice without any")
    parser.add_argument("--write", action="store_true", help="write docs/song.md")
    options = parser.parse_args()
    rows = []
    for name in options.clips or CLIPS:
        rows.append(row(name))
        print(rows[-1], flush=True)
    if options.write:
        from bench.__main__ import measured_on, write_section

        text = measured_on("python -m bench.wordless") + HEAD + "\n".join(rows) + "\n"
        write_section(ROOT / "docs" / "song.md", "wordless", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
