"""What each stage costs, and whole jobs, beside plain ffmpeg and the published loop.

    python -m bench.pipeline stages     each stage alone: frames a second, peak memory
    python -m bench.pipeline chunks     a whole render at several chunk sizes
    python -m bench.pipeline duet       two performers into 1280x720, with checks and report, and what those take
    python -m bench.pipeline compact    one performer through duet-128, the network that comes with Duet
    python -m bench.pipeline network    the neural engine, fast and as the published loop
    python -m bench.pipeline baselines  plain ffmpeg: decode the clip, encode 1280x720

Each prints what it measured as a JSON line; `--json FILE` keeps them. Machines are noisy: compare within one run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bench._memory import peak_memory
from bench.speed import ROOT, as_installed, astronaut, looped, machine, stage_seconds
from landmarks import load_backend
from media.ffmpeg.binary import ffmpeg
from media.image.images import write_png
from media.samples import sample_path

FRAMES = 250
"""Of each render: ten seconds at 25 a second."""
MINUTE = 1500
"""Of the render by the compact network: start-up, imports of PyTorch included, is a part of it as users have it."""
CHUNKS = (16, 64, 250)
ROUNDS = 3
"""Frames that each way through the network renders."""
CHECKS = ("measure", "check")
SIZE = (1280, 720)
FACE = 256
"""Pixels, of the performer that the compact network animates."""
DEFAULT = {"engine": "landmark_tps"}
COMPACT = {"engine": "tpsmm", "tpsmm": {"config": "duet-128"}}


def main() -> int:
    """Run the benches that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="BENCH", help=f"{', '.join(BENCHES)}; none: all")
    parser.add_argument("--clip", type=Path, default=sample_path("carphone"), help="a driving clip")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    lines = []
    for name in options.what or list(BENCHES):
        with tempfile.TemporaryDirectory() as folder:
            clip = looped(options.clip, Path(folder) / "clip.mp4", FRAMES)
            row = {"bench": name, **machine(), **BENCHES[name](Path(folder), clip)}
        lines.append(json.dumps(row))
        print(lines[-1], flush=True)
    if options.json:
        options.json.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def manifest(
    folder: Path,
    clip: Path,
    performers: int = 1,
    chunk: int = 64,
    *,
    portrait: str = "sample:astronaut",
    engine: Mapping[str, Any] = DEFAULT,
) -> Path:
    """The astronaut, and a face from the clip itself beside it, animated by the default engine if no other is given."""
    portraits = {"astronaut": portrait, "passenger": {"frame_of": str(clip), "at": 0}}
    driving = {"video": str(clip)}
    chosen = list(portraits.items())[:performers]
    data = {
        "version": 1,
        "defaults": {"chunk_frames": chunk, **engine},
        "performers": {name: {"portrait": portrait, "driving": driving} for name, portrait in chosen},
        "audio": {"source": "none"},
        "output": {"path": "out.mp4", "size": list(SIZE)},
    }
    path = folder / f"job{performers}-{chunk}.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def duet(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "run_pipeline.py"), *map(str, arguments)]


def rendered(path: Path, work: Path, *more: str) -> float:
    """Seconds of a render, start-up included."""
    began = time.perf_counter()
    command = duet("render", path, "--work", work, *more)
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=as_installed())
    return time.perf_counter() - began


def stages(folder: Path, clip: Path) -> dict[str, Any]:
    """Every stage of a render, run again alone by `task`: its own seconds, and the peak memory of its process."""
    job, work, tasks = manifest(folder, clip), folder / "work", folder / "tasks"
    rendered(job, work, "--no-sheet", "--no-report", "--keep", "all")
    subprocess.run(duet("plan", job, "--work", work, "--tasks", tasks), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    rows: dict[str, Any] = {}
    for file in sorted(tasks.iterdir()):
        task = json.loads(file.read_text(encoding="utf-8"))
        if task["stage"] in rows or task["frames"] < 2:
            continue
        told = subprocess.run(
            duet("task", file, "--work", work, "--json"), check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ).stdout
        artifact = Path(json.loads(told)["folder"])
        shutil.rmtree(artifact)
        peak = peak_memory(duet("task", file, "--work", work), cwd=ROOT)
        seconds = json.loads((artifact / "artifact.json").read_text(encoding="utf-8"))["spent"]["seconds"]
        rate = round(task["frames"] / max(seconds, 1e-3), 1)
        rows[task["stage"]] = {"frames_a_second": rate, "peak_mb": round(peak / 2**20)}
    return {"stages": rows}


def chunks(folder: Path, clip: Path) -> dict[str, Any]:
    """Frames a second of a whole render at several chunk sizes, nothing kept from before."""
    rates = {}
    for size in CHUNKS:
        seconds = rendered(manifest(folder, clip, chunk=size), folder / f"work{size}", "--no-sheet", "--no-report")
        rates[str(size)] = round(FRAMES / seconds, 1)
    return {"frames": FRAMES, "frames_a_second": rates}


def whole_duet(folder: Path, clip: Path) -> dict[str, Any]:
    """Two performers side by side, with sheet, checks and report, nothing kept from before, start-up included."""
    work = folder / "work"
    seconds = rendered(manifest(folder, clip, performers=2), work)
    spent = stage_seconds(work, of="processor")
    return {
        "frames": FRAMES,
        "seconds": round(seconds, 1),
        "frames_a_second": round(FRAMES / seconds, 1),
        "checks_processor_share": round(sum(spent.get(name, 0.0) for name in CHECKS) / sum(spent.values()), 3),
        "processor_ms_a_frame": {name: round(1000 * each / FRAMES, 1) for name, each in spent.items()},
    }


def compact(folder: Path, clip: Path) -> dict[str, Any]:
    """One performer, whose face is FACE pixels high, through duet-128 into 1280x720: a whole render of a minute,
    start-up included, nothing kept from before; the processor time of its tasks; and how fast its workers, one a
    processor, animate."""
    clip = looped(clip, folder / "minute.mp4", MINUTE)
    with load_backend() as backend:
        write_png(folder / "face.png", astronaut(FACE, lambda shown: backend.detect(shown, 1)))
    job, work = manifest(folder, clip, portrait=str(folder / "face.png"), engine=COMPACT), folder / "work"
    seconds = rendered(job, work, "--no-sheet", "--no-report")
    spent = stage_seconds(work, of="processor")
    return {
        "face_px": FACE,
        "animated_a_second": round(MINUTE * (os.cpu_count() or 1) / stage_seconds(work)["animate"], 1),
        "frames": MINUTE,
        "seconds": round(seconds, 1),
        "frames_a_second": round(MINUTE / seconds, 1),
        "processor_ms_a_frame": {name: round(1000 * each / MINUTE, 1) for name, each in spent.items()},
    }


def network(folder: Path, clip: Path) -> dict[str, Any]:
    """Milliseconds a frame of the neural engine at 256 pixels, by each way through it. Weights are stand-ins."""
    told = folder / "network.json"
    command = [sys.executable, "-m", "bench.tpsmm", "--rounds", str(ROUNDS), "--json", str(told)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return {"milliseconds": json.loads(told.read_text(encoding="utf-8"))}


def baselines(folder: Path, clip: Path) -> dict[str, Any]:
    """Frames a second of ffmpeg alone: decoding the clip, and encoding frames of 1280x720 as a render does."""
    scale = ["-vf", f"scale={SIZE[0]}:{SIZE[1]}"]
    raw = folder / "raw.avi"
    run_ffmpeg("-i", clip, *scale, "-c:v", "rawvideo", "-pix_fmt", "yuv420p", raw)
    decode = run_ffmpeg("-i", clip, "-f", "null", "-")
    encode = run_ffmpeg("-i", raw, "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-f", "null", "-")
    return {"decode": round(FRAMES / decode, 1), "encode": round(FRAMES / encode, 1)}


def run_ffmpeg(*arguments: str | Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    subprocess.run([ffmpeg(), "-nostdin", "-y", "-loglevel", "error", *map(str, arguments)], check=True)
    return time.perf_counter() - began


BENCHES: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "stages": stages,
    "chunks": chunks,
    "duet": whole_duet,
    "compact": compact,
    "network": network,
    "baselines": baselines,
}

if __name__ == "__main__":
    sys.exit(main())
