"""How long a farm takes, by a simulation of the tasks with what they were measured to take.

    python -m bench.scale               a song of four minutes, and a batch of 1000 portraits, on 1 to 1024 machines
    python -m bench.scale --write       the same, into docs/farm.md

Short versions of both jobs are rendered on one core, by one worker, at two lengths; a line through what each stage's
tasks took gives the long jobs' tasks. Real runs with one and with two workers show how far the simulation is off.
Machines have one core and one worker; start-up, storage and network cost nothing on paper. Let nothing else run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import yaml

from bench._farm_model import Lines, Work, critical_path, lines, seconds_on, works_of
from bench._farm_page import Simulated, page, plot
from bench.farm import batch
from bench.pipeline import run_ffmpeg
from bench.speed import ROOT, as_installed, looped, machine
from foundation.codec import Json
from foundation.errors import CheckError
from media.samples import sample_path
from pipeline.cli.job import store_at
from pipeline.cli.plan import plan_any
from pipeline.manifest.load import load_manifest
from pipeline.plan.task_log import LOGS, Spent, all_spent

FPS = 50
SONG_SECONDS = 240
PORTRAITS = 1000
BATCH_FRAMES = 250
MACHINES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
LENGTHS = (128, 384)
"""Frames of the short versions."""
BASE = 200
"""Frames of a clip that is repeated."""
CHECKED = 256
"""Frames of the versions that are rendered to see how far the simulation is off."""
SINGERS = {"astronaut": "sample:astronaut", "hopper": "sample:hopper", "passenger": ""}


def main() -> int:
    """Measure, simulate, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, default=sample_path("carphone"), help="a driving clip")
    parser.add_argument("--write", action="store_true", help="write docs/farm.md and its plot")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = [told_of(name, job) for name, job in jobs(Path(folder), options.clip).items()]
    print(json.dumps({"bench": "scale", **machine(), "jobs": [asdict(job) for job in told]}))
    if options.write:
        from bench.__main__ import write_section

        write_section(ROOT / "docs" / "farm.md", "scale", page(machine(), told))
        plot(told, ROOT / "docs" / "farm.png")
    return 0


@dataclass(frozen=True)
class Job:
    """A long job on paper. `works`: its tasks. `checks`: of a short one, by workers, predicted and real seconds."""

    works: list[Work]
    checks: dict[int, tuple[float, float]]


def jobs(folder: Path, clip: Path) -> dict[str, Job]:
    """Both, measured in `folder`."""
    short = [song(folder, clip, frames) for frames in LENGTHS]
    known = lines(spent for path in short for spent in rendered(path, 1).spent)
    checks = checked(song(folder, clip, CHECKED), known)
    singing = Job(works(song(folder, clip, SONG_SECONDS * FPS), known), checks)
    few = [batch(new(folder, f"few{frames}"), portraits=2, frames=frames) for frames in LENGTHS]
    known = lines(spent for path in few for spent in rendered(path, 1).spent)
    checks = checked(batch(new(folder, "some"), portraits=4, frames=CHECKED), known)
    many = batch(new(folder, "many"), portraits=PORTRAITS, frames=BATCH_FRAMES, side=32)
    return {
        f"{SONG_SECONDS} s, {len(SINGERS)} performers, 1920x1080 at {FPS} frames a second": singing,
        f"{PORTRAITS} portraits, 640x360, {BATCH_FRAMES} frames each": Job(works(many, known), checks),
    }


def new(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def song(folder: Path, clip: Path, frames: int) -> Path:
    """A manifest of three performers, each with a clip of its own, who sing in turns and together."""
    home = new(folder, f"song{frames}")
    performers = {}
    for number, (name, portrait) in enumerate(SINGERS.items()):
        own = lengthened(looped(clip, home / f"short{number}.mp4", BASE + number, Fraction(FPS)), frames)
        performers[name] = {
            "portrait": portrait or {"frame_of": str(clip), "at": 0},
            "driving": {"video": str(own), "end": frames / FPS},
        }
    names, seconds = list(performers), frames / FPS
    scenes: list[Json] = [
        {"start": 0, "layout": "side_by_side", "performers": names},
        {"start": seconds / 3, "layout": "full", "performers": names[:1]},
        {"start": seconds / 2, "layout": "picture_in_picture", "performers": names[1:]},
    ]
    about = {
        "version": 1,
        "performers": performers,
        "audio": {"source": "sample:song"},
        "scenes": scenes,
        "output": {"path": "out.mp4", "size": [1920, 1080], "fps": FPS},
    }
    path = home / "job.yaml"
    path.write_text(yaml.safe_dump(about), encoding="utf-8")
    return path


def lengthened(source: Path, frames: int) -> Path:
    """The clip again and again, its packets copied, until there are `frames` of them."""
    target = source.with_name(f"long_{source.name}")
    run_ffmpeg("-stream_loop", "-1", "-i", source, "-frames:v", str(frames), "-c", "copy", target)
    return target


@dataclass(frozen=True)
class Run:
    """A real run. `spent`: on each task. `seconds`: from the first task's beginning to the last one's end."""

    spent: list[Spent]
    seconds: float


def rendered(path: Path, workers: int) -> Run:
    """Render a manifest, each worker on a core of its own, nothing kept from before."""
    work = path.with_name(f"work{workers}")
    command = [sys.executable, str(ROOT / "run_pipeline.py"), command_of(path), str(path), "--work", str(work)]
    command += ["--workers", str(workers), "--keep", "sources"]
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:workers])
    try:
        done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.DEVNULL, env=as_installed())
    finally:
        os.sched_setaffinity(0, cores)
    if done.returncode not in (0, CheckError.exit_code):
        raise SystemExit(done.returncode)
    return Run(list(all_spent(work)), span(work))


def command_of(path: Path) -> str:
    return "batch" if path.stem == "batch" else "render"


def span(work: Path) -> float:
    """Seconds between the first and the last line of the tasks' logs."""
    told = [json.loads(line)["time"] for log in work.glob(f"{LOGS}/*/*.jsonl") for line in log.read_text().splitlines()]
    times = [datetime.fromisoformat(time) for time in told]
    return (max(times) - min(times)).total_seconds()


def works(path: Path, known: Lines) -> list[Work]:
    """The tasks of a manifest's plan, on paper."""
    return works_of(plan_any(load_manifest(path), store_at(path.with_name("plan"))).graph, known)


def checked(path: Path, known: Lines) -> dict[int, tuple[float, float]]:
    """Predicted and real seconds of a job, with one worker and with two."""
    on_paper = works(path, known)
    return {workers: (seconds_on(workers, on_paper), rendered(path, workers).seconds) for workers in (1, 2)}


def told_of(name: str, job: Job) -> Simulated:
    """A job's figures."""
    stages: dict[str, tuple[float, float]] = {}
    for work in job.works:
        seconds, size = stages.get(work.stage, (0.0, 0.0))
        stages[work.stage] = seconds + work.seconds, size + work.size
    machines = {count: seconds_on(count, job.works) for count in MACHINES}
    return Simulated(name, len(job.works), stages, critical_path(job.works)[1], machines, job.checks)


if __name__ == "__main__":
    sys.exit(main())
