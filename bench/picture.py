"""The README's picture: six moments of the astronaut, driven by the sample clip.

python -m bench.picture [--moments 20,40,59,72,86,110]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from media.image.images import write_png
from media.video.reader import VideoReader

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "astronaut.png"


def main() -> int:
    """Render, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", default="20,40,59,72,86,110", help="six frame numbers")
    moments = {int(number) for number in parser.parse_args().moments.split(",")}
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "out.mp4"
        command = [sys.executable, str(ROOT / "run_pipeline.py"), "animate", "sample:astronaut", "sample:carphone"]
        where = ["-o", str(video), "--work", str(Path(folder) / "work"), "--size", "256", "288"]
        subprocess.run([*command, *where], check=True, cwd=ROOT)
        with VideoReader(video) as reader:
            shown = [frame for number, (_, frame) in enumerate(reader) if number in moments]
    write_png(TARGET, np.concatenate([np.concatenate(shown[:3], axis=1), np.concatenate(shown[3:], axis=1)]))
    print(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
