"""How fast a song becomes voice, phones and performance, and a portrait that sings it a video.

    python -m bench.song_speed [--write]

Needs espeakng-loader, and for the song in music ../shared/media and the weights that separate voices. Eight sung lines
of English, as plain text, become a performance: seconds of song for a second of one processor, which what else runs
hardly changes. Then the astronaut is rendered twice into 1280x720, to three sung lines: from them alone, and by a clip
of the same length. `--write` puts the rows into docs/song.md.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.signal import resample_poly

from bench._media import BESIDE
from bench._sung import ENGLISH, with_music
from bench.singing import ROOT, project, render
from bench.song import song_of
from bench.speed import looped
from media.samples import sample_path
from media.sound.at_rate import sound_at
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.runs import Running, make_and_use
from pipeline.executors.base import Circumstances
from pipeline.manifest.load import load_manifest
from pipeline.plan.task_log import all_spent
from speech.acoustic import RATE
from speech.separation import MIX_RATE

STAGES = ("voice", "phones", "perform")
MUSIC = BESIDE / "driving" / "d14.mp4"
CASES = {
    "the voice alone, separate: no": "no",
    "the voice alone, separate: auto": "auto",
    "in music, separate: auto": "auto",
}
HEAD = (
    "| eight lines, sung | seconds of song | for a second | for a second of a processor | voice | phones | perform |\n"
)
PAIR = "| three lines, astronaut, 1280x720 | frames | processor seconds a frame |\n"


def sings(texts: tuple[str, ...], separate: str) -> dict[str, object]:
    """The astronaut, who sings them."""
    return {"one": {"portrait": "sample:astronaut", "singing": {"words": "\n".join(texts), "separate": separate}}}


def stages(case: str) -> str:
    """A row: how fast a performance is made."""
    song = song_of(ENGLISH, "en-us", singing=True)
    samples = song.samples
    if "music" in case:
        music = np.concatenate(list(sound_at(MUSIC, rate=MIX_RATE, channels=1, start=Fraction(0))))[:, 0]
        samples = with_music(samples, resample_poly(music, 160, 441), 0.0)
    with TemporaryDirectory() as folder:
        store = store_at(Path(folder) / "work")
        plan = plan_job(load_manifest(project(Path(folder), samples, sings(ENGLISH, CASES[case]))), store)
        wanted = [task.key for task in plan.graph if task.stage == "perform"]
        make_and_use(plan.graph, wanted, store, Running("local", Circumstances(online=False), "json"), lambda: None)
        spent = [one for one in all_spent(store.root) if one.stage in STAGES]
    each = [sum(one.processor for one in spent if one.stage == stage) for stage in STAGES]
    seconds = len(samples) / RATE
    shares = " | ".join(f"{part:.1f}" for part in each)
    return f"| {case} | {seconds:.1f} | {seconds / sum(each):.1f} | {shares} |"


def pair() -> list[str]:
    """Two rows: a render from sound and words, and one by a clip."""
    texts = ENGLISH[4:7]
    song, rows = song_of(texts, "en-us", singing=True), []
    frames = round(len(song.samples) / RATE * 25)
    for case in ("from sound and words", "by a clip"):
        with TemporaryDirectory() as folder:
            who = sings(texts, "auto")
            if "clip" in case:
                clip = looped(sample_path("carphone"), Path(folder) / "clip.mp4", frames)
                who = {"one": {"portrait": "sample:astronaut", "driving": str(clip)}}
            render(project(Path(folder), song.samples, who))
            processor = sum(one.processor for one in all_spent(Path(folder) / "work")) / frames
        rows.append(f"| {case} | {frames} | {processor:.4f} |")
        print(rows[-1], flush=True)
    return rows


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.song_speed", description="How fast portraits sing.")
    parser.add_argument("--write", action="store_true", help="write docs/song.md")
    options = parser.parse_args()
    rows = []
    for case in CASES:
        rows.append(stages(case))
        print(rows[-1], flush=True)
    both = pair()
    if options.write:
        from bench.__main__ import measured_on, write_section

        tables = (HEAD + "|---" * 6 + "|", *rows, "", PAIR + "|---" * 3 + "|", *both, "")
        text = measured_on("python -m bench.song_speed") + "\n".join(tables)
        write_section(ROOT / "docs" / "song.md", "song speed", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
