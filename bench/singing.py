"""Portraits that sing from a song and its words, rendered, and their mouths found again.

    python -m bench.singing [--only TEXT] [--write]

Needs espeakng-loader. Three lines of English and three of Mandarin, spoken and sung (see bench/song.py), by every
portrait of bench/_media.py that is there, into 1280x720, and three sung lines of English by people who were filmed
saying something else, whose videos are dubbed. Figures are the checks' own. Prints a row a portrait; `--write` puts
them into docs/song.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml
from numpy.typing import NDArray

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
    "Mandarin, spoken": (MANDARIN[:3], "cmn", "zh", False),
    "Mandarin, sung": (MANDARIN[:3], "cmn", "zh", True),
    "English, dubbed": (ENGLISH[4:7], "en-us", "en-us", True),
}
DUBBED = ("d10", "d6")
FIGURES = ("mouth_r", "mouth_slope", "mouth_lag", "lips_shut", "voice_lag", "blinks", "sway", "own_mouth_r")
HEAD = (
    "| song | portrait | " + " | ".join(f"`{name}`" for name in FIGURES) + " |\n" + "|---" * (2 + len(FIGURES)) + "|\n"
)


def rendered(folder: Path, name: str) -> list[str]:
    """A row a portrait."""
    texts, voice, language, singing = SONGS[name]
    song, media = song_of(texts, voice, singing=singing), Media(BESIDE)
    if name.endswith("dubbed"):
        portraits = {each: media.clip_path(each) for each in DUBBED if media.clip_path(each)}
    else:
        portraits = {each: media.portrait_path(each) for each in PORTRAITS if media.has_portrait(each)}
    says = {"words": "\n".join(texts), "language": language, "voice": "sing" if singing else "speak"}
    performers = {
        each: {"portrait": str(path or "sample:astronaut"), "singing": says} for each, path in portraits.items()
    }
    manifest = project(folder, song.samples, performers)
    render(manifest)
    told = read_page(manifest.parent / "out.html")
    rows = []
    for each in performers:
        found = {row["check"]: row["found"] for row in told["rows"] if row["performer"] == each}
        cells = ["" if found.get(figure) is None else f"{found[figure]:.2f}" for figure in FIGURES]
        rows.append(f"| {name} | {each} | {' | '.join(cells)} |")
    return rows


def project(folder: Path, samples: NDArray[np.float64], performers: Mapping[str, object]) -> Path:
    """A manifest, and the song of it: (S,) samples at speech.acoustic.RATE."""
    write_wav(folder / "song.wav", (0.6 * samples / np.abs(samples).max()).astype(np.float32), RATE)
    output = {"path": "out.mp4", "size": [1280, 720]}
    whole = {"version": 1, "performers": dict(performers), "audio": {"source": "song.wav"}, "output": output}
    path = folder / "song.yaml"
    path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return path


def render(manifest: Path) -> None:
    """Render it, with the work folder beside it."""
    command = [sys.executable, "run_pipeline.py", "render", str(manifest), "--work", str(manifest.parent / "work")]
    subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.singing", description="Singing portraits, found again.")
    parser.add_argument("--only", default="", help="songs whose name has this in it")
    parser.add_argument("--write", action="store_true", help="write docs/song.md")
    options = parser.parse_args()
    rows = []
    for name in (name for name in SONGS if options.only in name):
        with TemporaryDirectory() as folder:
            rows += rendered(Path(folder), name)
        print(*(row for row in rows if row.startswith(f"| {name} ")), sep="\n", flush=True)
    if options.write:
        from bench.__main__ import measured_on, write_section

        text = measured_on("python -m bench.singing") + HEAD + "\n".join(rows) + "\n"
        write_section(ROOT / "docs" / "song.md", "singing", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
