"""The README's moving picture: the sample portraits sing the sample song.

    python -m bench.picture [--from 2] [--seconds 12] [--work DIR]

Writes docs/singing.webp, of at most 3 MB, from public-domain portraits and Duet's own song.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from media.video.reader import VideoReader

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "singing.webp"
SIZE, RATE = (640, 360), 12.5
"""Pixels, and pictures a second."""
LARGEST, QUALITIES = 3_000_000, (75, 60, 45)
"""Bytes, and the qualities of WebP that are tried, of 100, until it has no more."""
PORTRAITS = ("sample:astronaut", "sample:hopper")


def main() -> int:
    """Render, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="start", type=float, default=2.0, help="seconds into the song")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--work", type=Path, help="keeps finished work for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "out.mp4"
        words = ROOT / "configs" / "songs" / "paper_moon.txt"
        command = [sys.executable, str(ROOT / "run_pipeline.py"), "sing", "sample:song", "--words", str(words)]
        where = ["-o", str(video), "--work", str(options.work or Path(folder) / "work"), "--size", *map(str, SIZE)]
        subprocess.run([*command, *PORTRAITS, "--style", "together", *where], check=True, cwd=ROOT)
        shown: list[Image.Image] = []
        with VideoReader(video) as reader:
            for at, frame in reader:
                if at >= options.start + len(shown) / RATE and len(shown) < options.seconds * RATE:
                    shown.append(Image.fromarray(frame))
    write(shown, TARGET)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")
    return 0


def write(frames: list[Image.Image], target: Path) -> None:
    """An endless WebP of as high a quality as fits."""
    first, *more = frames
    for quality in QUALITIES:
        first.save(target, save_all=True, append_images=more, duration=1000 / RATE, loop=0, quality=quality, method=4)
        if target.stat().st_size <= LARGEST:
            return
    raise SystemExit(f"{target}: more than {LARGEST} bytes; show fewer --seconds")


if __name__ == "__main__":
    sys.exit(main())
