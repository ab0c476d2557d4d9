"""What a render keeps on the disk while it runs, and after.

    python -m bench.room [--seconds 60] [--keep sources] [--clip FILE] [--folder DIR]

Two performers, faces of 232 and 397 pixels, three scenes at 1920x1080 and 25 frames a second, a song from a file. The
work folder is weighed whenever a task is begun or finished. Prints a JSON line: how long the render took, start-up
included; the most that it held, and of what; what was left; and all that was written.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import yaml

from bench.scale import driver, lengthened
from bench.speed import ROOT, as_installed, astronaut, looped, machine
from foundation.errors import CheckError
from landmarks import load_backend
from media.image.images import write_png
from pipeline.plan.task_log import all_spent

FPS = 25
FACES = {"near": 397, "far": 232}
BASE = 200
"""Frames of a clip that is repeated."""
MB = 1e6


def main() -> int:
    """Render and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", default="sources", help="as `render` takes it")
    parser.add_argument("--clip", type=Path, default=driver(), help="a driving clip")
    parser.add_argument("--folder", type=Path, help="render here, and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = options.folder or Path(aside)
        folder.mkdir(parents=True, exist_ok=True)
        told = room(job(folder, options.clip, options.seconds * FPS), options.keep)
    print(json.dumps({"bench": "room", **machine(), "seconds": options.seconds, "keep": options.keep, **told}))
    return 0


def job(folder: Path, clip: Path, frames: int) -> Path:
    """The manifest."""
    performers = {}
    with load_backend() as backend:
        for number, (name, face) in enumerate(FACES.items()):
            write_png(folder / f"{name}.png", astronaut(face, lambda shown: backend.detect(shown, 1)))
            short = looped(clip, folder / f"short{number}.mp4", BASE + number, Fraction(FPS))
            driving = {"video": str(lengthened(short, frames)), "end": frames / FPS}
            performers[name] = {"portrait": f"{name}.png", "driving": driving}
    names, seconds = list(performers), frames / FPS
    about = {
        "version": 1,
        "performers": performers,
        "audio": {"source": "sample:song"},
        "scenes": [
            {"start": 0, "layout": "side_by_side", "performers": names},
            {"start": seconds / 3, "layout": "full", "performers": names[:1]},
            {"start": 2 * seconds / 3, "layout": "picture_in_picture", "performers": names},
        ],
        "output": {"path": "out.mp4", "size": [1920, 1080], "fps": FPS},
    }
    path = folder / "job.yaml"
    path.write_text(yaml.safe_dump(about), encoding="utf-8")
    return path


def room(path: Path, keep: str) -> dict[str, object]:
    """Render a manifest, nothing kept from before: seconds; megabytes, by stage where there is a choice."""
    work = path.with_name("work")
    command = [sys.executable, str(ROOT / "run_pipeline.py"), "render", str(path), "--work", str(work)]
    command += ["--keep", keep, "--json"]
    most: Counter[str] = Counter()
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=as_installed()) as run:
        for line in run.stdout or ():
            if json.loads(line)["event"] in ("TaskStarted", "TaskFinished"):
                most = max(most, weighed(work), key=Counter.total)
    if run.returncode not in (0, CheckError.exit_code):
        raise SystemExit(run.returncode)
    took = round(time.perf_counter() - began, 1)
    after, written = weighed(work), Counter[str]()
    for spent in all_spent(work):
        written[spent.stage] += spent.size
    sizes = {"most": most, "after": after, "written": written}
    return {"render_s": took, **{name: megabytes(each) for name, each in sizes.items()}}


def weighed(work: Path) -> Counter[str]:
    """Bytes of the work folder by stage, unfinished work included."""
    sizes: Counter[str] = Counter()
    for stage in work.iterdir() if work.is_dir() else ():
        sizes[stage.name] = sum(_sizes(stage))
    return sizes


def _sizes(folder: Path) -> Iterable[int]:
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # it has just made room
                yield Path(at, name).lstat().st_size


def megabytes(sizes: Counter[str]) -> dict[str, float]:
    """In all, and of what is more than a megabyte."""
    told = {name: round(size / MB, 1) for name, size in sizes.most_common() if size > MB}
    return {"all": round(sizes.total() / MB, 1), **told}


if __name__ == "__main__":
    sys.exit(main())
