"""Portraits that sing from a song and its words, rendered, and their mouths found again.

    python -m bench.singing [--only TEXT] [--write]

Needs espeakng-loader. Three lines of English, spoken, and three sung, and three of Mandarin, sung (see bench/song.py),
by every portrait of bench/_media.py that is there, into 1280x720. Figures are the checks' own. Prints a row a portrait
and, for each song, how many seconds of it a second of one processor makes voice, phones and performance of; `--write`
puts them into docs/song.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml

from bench._media import BESIDE, PORTRAITS, Media
from bench._sung import ENGLISH, MANDARIN
from bench.song import song_of
from media.sound.wav import write_wav
from pipeline.report.page import read_page
from speech.acoustic import RATE

ROOT = Path(__file__).resolve().parents[1]
SONGS = {
    "English, spoken": (ENGLISH[:3], "en-us", "en-us", False),
    "English, sung": (ENGLISH[4:7], "en-us", "en-us", True),
    "Mandarin, sung": (MANDARIN[:3], "cmn", "zh", True),
}
FIGURES = ("mouth_r", "mouth_slope", "mouth_lag", "lips_shut", "voice_lag", "blinks", "sway")
STAGES = ("voice", "phones", "perform")
HEAD = (
    "| song | portrait | " + " | ".join(f"`{name}`" for name in FIGURES) + " |\n" + "|---" * (2 + len(FIGURES)) + "|\n"
)


def rendered(folder: Path, name: str) -> tuple[list[str], float]:
    """A row a portrait; and how many seconds of song a second of a processor makes voice, phones and performance of."""
    texts, voice, language, singing = SONGS[name]
    song = song_of(texts, voice, singing=singing)
    samples = (0.6 * song.samples / np.abs(song.samples).max()).astype(np.float32)
    write_wav(folder / "song.wav", samples, RATE)
    media = Media(BESIDE)
    says = {"words": "\n".join(texts), "language": language, "voice": "sing" if singing else "speak"}
    performers = {
        each: {"portrait": str(media.portrait_path(each) or "sample:astronaut"), "singing": says}
        for each in PORTRAITS
        if media.has_portrait(each)
    }
    output = {"path": "out.mp4", "size": [1280, 720]}
    whole = {"version": 1, "performers": performers, "audio": {"source": "song.wav"}, "output": output}
    (folder / "song.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    command = [sys.executable, "run_pipeline.py", "render", str(folder / "song.yaml"), "--work", str(folder / "work")]
    subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    told = read_page(folder / "out.html")
    rows = []
    for each in performers:
        found = {row["check"]: row["found"] for row in told["rows"] if row["performer"] == each}
        cells = ["" if found.get(figure) is None else f"{found[figure]:.2f}" for figure in FIGURES]
        rows.append(f"| {name} | {each} | {' | '.join(cells)} |")
    labels = (json.loads(path.read_text()) for stage in STAGES for path in (folder / "work" / stage).glob("*/*.json"))
    spent = sum(label["spent"]["processor"] for label in labels if "spent" in label)
    return rows, len(samples) / RATE / spent


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.singing", description="Singing portraits, found again.")
    parser.add_argument("--only", default="", help="songs whose name has this in it")
    parser.add_argument("--write", action="store_true", help="write docs/song.md")
    options = parser.parse_args()
    rows, speeds = [], []
    for name in (name for name in SONGS if options.only in name):
        with TemporaryDirectory() as folder:
            found, speed = rendered(Path(folder), name)
        rows += found
        speeds.append(f"{name} {speed:.1f}")
        print(*found, speeds[-1], sep="\n", flush=True)
    if options.write:
        from bench.__main__ import measured_on, write_section

        told = "Seconds of song for a second of one processor, voice, phones and performance together, libraries "
        told += f"loaded: {', '.join(speeds)}.\n"
        text = measured_on("python -m bench.singing") + HEAD + "\n".join(rows) + "\n\n" + told
        write_section(ROOT / "docs" / "song.md", "singing", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
