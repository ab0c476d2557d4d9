"""How long a farm takes, by a simulation of the tasks with what they were measured to take.

    python -m bench.scale song          a song of four minutes, three performers, on 1 to 1024 machines
    python -m bench.scale batch         a batch of 1000 portraits
    python -m bench.scale --write       both, into docs/farm.md

Short versions of both jobs are rendered at two lengths; a line through the processor seconds of each stage's tasks
gives those of the long jobs. Machines have one core and one worker; start-up, storage and network cost nothing here.
The error of that is printed twice: the processor seconds of a third length, predicted and real; and how long one worker
and two take for it, simulated with the times that its tasks took, and real. Neither suffers much from work beside.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import yaml

from bench._farm_model import JOINED, Lines, Work, critical_path, joined, lines, seconds_on, works_of
from bench._farm_page import Checks, Simulated, page, plot
from bench._media import BESIDE
from bench.farm import batch
from bench.pipeline import run_ffmpeg
from bench.speed import ROOT, as_installed, looped, machine
from foundation.codec import Json
from foundation.errors import CheckError
from media.samples import sample_path
from pipeline.cli.job import store_at
from pipeline.cli.plan import plan_any
from pipeline.manifest.load import load_manifest
from pipeline.plan.graph import Graph
from pipeline.plan.task_log import LOGS, Spent, all_spent

FPS = 50
SONG_SECONDS = 240
PORTRAITS = 1000
BATCH_FRAMES = 250
MACHINES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
LENGTHS = (64, 192)
"""Frames of the short versions."""
SONG_LENGTHS = (64, 400)
"""Of the song: the longer one is drawn, looked at and decoded in pieces."""
BASE = 200
"""Frames of a clip that is repeated."""
CHECKED = 128
"""Frames of the versions that are rendered to see how far the simulation is off."""
FIRST = ("probe",)
"""Stages whose tasks are done while a job is planned."""
SINGERS = {"astronaut": "sample:astronaut", "hopper": "sample:hopper", "passenger": ""}


def main() -> int:
    """Measure, simulate, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="JOB", help=f"{', '.join(JOBS)}; none: all")
    parser.add_argument("--clip", type=Path, default=driver(), help="a driving clip")
    parser.add_argument("--folder", type=Path, help="render here, and find it again in another run")
    parser.add_argument("--write", action="store_true", help="write docs/farm.md and its plot")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = new(options.folder or Path(aside), "scale")
        told = [told_of(JOBS[name](folder, options.clip)) for name in options.what or JOBS]
    print(json.dumps({"bench": "scale", **machine(), "jobs": [asdict(job) for job in told]}))
    if options.write:
        from bench.__main__ import write_section

        write_section(ROOT / "docs" / "farm.md", "scale", page(machine(), told))
        plot(told, ROOT / "docs" / "farm.png")
    return 0


def driver() -> Path:
    """As for `make bench`: a real clip where they are at hand."""
    jackie = BESIDE / "driving" / "jackie.mp4"
    return jackie if jackie.is_file() else sample_path("carphone")


@dataclass(frozen=True)
class Job:
    """A long job on paper. `name`: what it is. `works`: its tasks. `checks`: of a short one."""

    name: str
    works: list[Work]
    checks: Checks


def singing(folder: Path, clip: Path) -> Job:
    """The song, measured in `folder`."""
    known = measured(song(folder, clip, frames) for frames in SONG_LENGTHS)
    checks = checked(song(folder, clip, CHECKED), known)
    name = f"{SONG_SECONDS} s, {len(SINGERS)} performers, 1920x1080 at {FPS} frames a second"
    return Job(name, works_of(planned(song(folder, clip, SONG_SECONDS * FPS)), known), checks)


def many(folder: Path, clip: Path) -> Job:
    """The batch, measured in `folder`; it follows the sample clip."""
    known = measured(portraits(new(folder, f"few{frames}"), 2, frames) for frames in LENGTHS)
    checks = checked(portraits(new(folder, "some"), 4, CHECKED), known)
    name = f"{PORTRAITS} portraits, 640x360, {BATCH_FRAMES} frames each"
    return Job(name, works_of(planned(portraits(new(folder, "many"), PORTRAITS, BATCH_FRAMES, side=32)), known), checks)


JOBS: dict[str, Callable[[Path, Path], Job]] = {"song": singing, "batch": many}


def measured(paths: Iterable[Path]) -> Lines:
    """What the tasks of these jobs took."""
    return lines(spent for path in paths for spent in told_apart(list(all_spent(rendered(path, 1)))))


def told_apart(run: list[Spent]) -> Iterable[Spent]:
    """What the tasks of a run took, those that joined pieces by another name."""
    there = {spent.stage for spent in run}
    for spent in run:
        yield replace(spent, stage=joined(spent.stage)) if JOINED.get(spent.stage) in there else spent


def new(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name


def portraits(home: Path, count: int, frames: int, side: int | None = None) -> Path:
    """A batch of so many portraits, as in bench.farm."""
    path = home / "batch.yaml"
    if not path.is_file():
        shutil.rmtree(home)  # what a run that was stopped has left
        batch(new(home.parent, home.name), portraits=count, frames=frames, side=side)
    return path


def song(folder: Path, clip: Path, frames: int) -> Path:
    """A manifest of three performers, each with a clip of its own, who sing in turns and together."""
    home = new(folder, f"song{frames}")
    path = home / "job.yaml"
    if path.is_file():
        return path
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
    path.write_text(yaml.safe_dump(about), encoding="utf-8")
    return path


def lengthened(source: Path, frames: int) -> Path:
    """The clip again and again, its packets copied, until there are `frames` of them."""
    target = source.with_name(f"long_{source.name}")
    run_ffmpeg("-stream_loop", "-1", "-i", source, "-frames:v", str(frames), "-c", "copy", target)
    return target


def rendered(path: Path, workers: int) -> Path:
    """Render a manifest, nothing kept from before; the work folder, whose logs tell how it went."""
    work = path.with_name(f"work{workers}")
    name = "batch" if path.stem == "batch" else "render"
    command = [sys.executable, str(ROOT / "run_pipeline.py"), name, str(path), "--work", str(work)]
    command += ["--workers", str(workers)]
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.DEVNULL, env=as_installed())
    if done.returncode not in (0, CheckError.exit_code):
        raise SystemExit(done.returncode)
    return work


def times(work: Path) -> dict[str, tuple[float, float]]:
    """When each task was begun and finished, seconds since the epoch; but for what is read while planning."""
    told: dict[str, tuple[float, float]] = {}
    for log in work.glob(f"{LOGS}/*/*.jsonl"):
        if log.parent.name not in FIRST:
            events = {row["event"]: row["time"] for row in map(json.loads, log.read_text().splitlines())}
            begun, over = (datetime.fromisoformat(events[name]).timestamp() for name in ("started", "finished"))
            told[log.stem] = begun, over
    return told


def planned(path: Path) -> Graph:
    """The tasks of a manifest's plan."""
    return plan_any(load_manifest(path), store_at(path.with_name("plan"))).graph


def checked(path: Path, known: Lines) -> Checks:
    """A job on paper and in fact: its processor seconds, and how long it takes, by what its tasks took."""
    graph, seconds = planned(path), {}
    for workers in (1, 2):
        work = rendered(path, workers)
        real = times(work)
        took = [over - begun for begun, over in (real.get(task.key, (0.0, 0.0)) for task in graph)]
        same = [replace(one, seconds=each) for one, each in zip(works_of(graph, known), took, strict=True)]
        span = max(over for _, over in real.values()) - min(begun for begun, _ in real.values())
        seconds[workers] = seconds_on(workers, same), span
    spent = sum(one.processor for one in all_spent(path.with_name("work1")))
    return Checks(seconds, (sum(one.seconds for one in works_of(graph, known)), spent))


def told_of(job: Job) -> Simulated:
    """A job's figures."""
    stages: dict[str, tuple[float, float]] = {}
    for work in job.works:
        seconds, size = stages.get(work.stage, (0.0, 0.0))
        stages[work.stage] = seconds + work.seconds, size + work.size
    machines = {count: seconds_on(count, job.works) for count in MACHINES}
    return Simulated(job.name, len(job.works), stages, critical_path(job.works)[1], machines, job.checks)


if __name__ == "__main__":
    sys.exit(main())
