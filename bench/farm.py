"""What a farm needs to know: how workers scale, what scheduling costs, how long planning and resuming take.

    python -m bench.farm scaling     seconds for eight portraits with one worker, on one core and on all, and with two
    python -m bench.farm overhead    the part of a render at 64-frame chunks that is not the stages' own work
    python -m bench.farm plan        seconds and memory for the plan of a batch of 10 000 tasks
    python -m bench.farm resume      seconds for a render whose work is finished
    python -m bench.farm stop        seconds from SIGTERM to the end of a render with two workers, three times

Each prints what it measured as a JSON line; `--json FILE` keeps them. Machines are noisy: compare within one run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bench.speed import looped, machine, stage_seconds
from foundation.artifacts import LABEL
from foundation.digests import digest_of
from media.image.images import write_png
from media.samples import sample_path

ROOT = Path(__file__).resolve().parents[1]
CHUNK = 64


def main() -> int:
    """Run the benches that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="BENCH", help=f"{', '.join(BENCHES)}; none: all")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    lines = []
    for name in options.what or list(BENCHES):
        with tempfile.TemporaryDirectory() as folder:
            row = {"bench": f"farm {name}", **machine(), **BENCHES[name](Path(folder))}
        lines.append(json.dumps(row))
        print(lines[-1], flush=True)
    if options.json:
        options.json.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def scaling(folder: Path) -> dict[str, Any]:
    """Eight portraits by one clip, nothing kept from before, start-up included.

    One worker decodes and encodes beside its work, so it already has more than one core busy where it may: it is timed
    held to one core as well, which is what a second core is measured against.
    """
    manifest = batch(folder, portraits=8, frames=4 * CHUNK)
    cores = sorted(os.sched_getaffinity(0))
    seconds = {}
    for name, workers, allowed in (("one core", 1, cores[:1]), ("one worker", 1, cores), ("two workers", 2, cores)):
        os.sched_setaffinity(0, allowed)
        began = time.perf_counter()
        duet("batch", manifest, "--workers", workers, "--work", folder / name.replace(" ", "-"))
        seconds[name] = round(time.perf_counter() - began, 1)
    ratios = {name: round(spent / seconds["two workers"], 2) for name, spent in seconds.items()}
    return {"portraits": 8, "cores": len(cores), "seconds": seconds, "against_two_workers": ratios}


def overhead(folder: Path) -> dict[str, Any]:
    """One worker, chunks of 64 frames: from the first task's start to the last one's end, less what the stages took."""
    manifest = batch(folder, portraits=1, frames=16 * CHUNK)
    work = folder / "work"
    duet("batch", manifest, "--workers", 1, "--work", work, "--keep", "all")
    events = [json.loads(line) for log in work.glob("logs/*/*.jsonl") for line in log.read_text().splitlines()]
    chunks = [event for event in events if event["task"].split(": ")[-1].startswith("animate")]
    times = [time_of(event) for event in chunks]
    stages = stage_seconds(work)
    worked, whole = stages["animate"], max(times) - min(times)
    digests = digest_seconds(work)
    return {
        "chunks": len(chunks) // 2,
        "seconds": round(whole, 2),
        "of_them_stages": round(worked, 2),
        "of_them_digests": round(digests, 2),
        "overhead_percent": round(100 * (whole - worked) / worked, 2),
        "scheduling_percent": round(100 * (whole - worked - digests) / worked, 2),
    }


def digest_seconds(work: Path) -> float:
    """What the digests of the chunks took, by taking them again: they guard against damage, and schedule nothing."""
    files = list((work / "animate").glob("*/*"))
    began = time.perf_counter()
    for file in files:
        if file.is_file() and file.name != LABEL:
            digest_of(file)
    return time.perf_counter() - began


def time_of(event: dict[str, Any]) -> float:
    """Seconds since the epoch."""
    from datetime import datetime

    return datetime.fromisoformat(event["time"]).timestamp()


def plan(folder: Path) -> dict[str, Any]:
    """A plan of 10 000 tasks, in a process of its own; the media are probed before."""
    manifest = batch(folder, portraits=640, frames=CHUNK // 2, side=32)
    duet("plan", manifest, "--work", folder / "work")
    code = "\n".join(
        (
            "import resource, sys, time",
            "from pathlib import Path",
            "from pipeline.cli.job import store_at",
            "from pipeline.cli.plan import plan_any",
            "from pipeline.manifest.load import load_manifest",
            "began = time.perf_counter()",
            "made = plan_any(load_manifest(Path(sys.argv[1])), store_at(Path(sys.argv[2])))",
            "seconds = time.perf_counter() - began",
            "print(len(made.graph), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)",
        )
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(manifest), str(folder / "work")],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split()
    return {"tasks": int(told[0]), "seconds": round(float(told[1]), 2), "peak_mb": round(int(told[2]) / 1024)}


def resume(folder: Path) -> dict[str, Any]:
    """A finished render, asked for again: start-up, planning, finding the work, checking the video."""
    clip = looped(sample_path("carphone"), folder / "clip.mp4", 500)
    command = ("animate", "sample:astronaut", clip, "-o", folder / "out.mp4", "--work", folder / "work")
    duet(*command)
    began = time.perf_counter()
    duet(*command)
    return {"frames": 500, "seconds": round(time.perf_counter() - began, 2)}


def stop(folder: Path) -> dict[str, Any]:
    """Stopped in the middle of animating."""
    clip = looped(sample_path("carphone"), folder / "clip.mp4", 1000)
    arguments = ("animate", "sample:astronaut", clip, "-o", folder / "out.mp4", "--workers", 2, "--json")
    seconds = []
    for turn in range(3):
        command = duet_command(*arguments, "--work", folder / f"work{turn}")
        with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) as run:
            for line in run.stdout or ():
                if '"TaskStarted"' in line and '"animate"' in line:
                    break
            time.sleep(1)  # into the chunk
            began = time.perf_counter()
            run.terminate()
            run.communicate()
            seconds.append(round(time.perf_counter() - began, 2))
    return {"seconds": seconds}


def batch(folder: Path, *, portraits: int, frames: int, side: int | None = None) -> Path:
    """A manifest of so many portraits, all different, that follow one clip. `side`: only so many pixels of each."""
    from skimage import data

    faces = folder / "faces"
    faces.mkdir()
    astronaut = data.astronaut()[:side, :side]
    for number in range(portraits):
        picture = astronaut.copy()
        picture[0, 0] = number // 256, number % 256, 0  # another picture, byte for byte, and the same face
        write_png(faces / f"face{number:04d}.png", picture)
    looped(sample_path("carphone"), folder / "clip.mp4", frames)
    manifest = folder / "batch.yaml"
    about = {
        "version": 1,
        "defaults": {"chunk_frames": CHUNK if frames >= CHUNK else 4},
        "batch": {"portraits": "faces/*.png", "driving": "clip.mp4"},
        "output": {"path": "out/{name}.mp4", "size": [640, 360]},
    }
    manifest.write_text(yaml.safe_dump(about))
    return manifest


def duet(*arguments: Any) -> None:
    subprocess.run(duet_command(*arguments), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def duet_command(*arguments: Any) -> list[str]:
    return [sys.executable, str(ROOT / "run_pipeline.py"), *map(str, arguments)]


BENCHES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "scaling": scaling,
    "overhead": overhead,
    "plan": plan,
    "resume": resume,
    "stop": stop,
}

if __name__ == "__main__":
    sys.exit(main())
