"""How fast it is, and how much memory it takes.

    python -m bench.speed engine     landmarks, warp and overlay of a 256-pixel face, milliseconds a frame
    python -m bench.speed render     one performer into 1280x720, end to end through the command line, frames a second
    python -m bench.speed edit       two performers laid out in 1280x720 and encoded, without what comes before
    python -m bench.speed memory     peak memory of a render of 20 seconds, and of a long one

Each prints what it measured as JSON lines; `--json FILE` keeps them. Machines are noisy: compare within one run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import edit
from bench._memory import peak_memory
from engines import ENGINES, load_engine
from engines.base import Driving, Own, Portrait, Renderer, Taking
from engines.landmark_tps.options import Options
from foundation.facetrack import Face, FaceTrack, head_frame
from foundation.geometry import square_around
from foundation.npy import Blocks
from foundation.schemes import MEDIAPIPE_478
from landmarks import load_backend
from media.samples import sample_path
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from pipeline.plan.task_log import all_spent

ROOT = Path(__file__).resolve().parents[1]
Image = NDArray[np.uint8]
FACE_HEIGHT = 256


def main() -> int:
    """Run the benches that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="BENCH", help="engine, render, edit or memory; none: the first two")
    parser.add_argument("--clip", type=Path, default=sample_path("carphone"), help="a driving clip")
    parser.add_argument("--portrait", default="sample:astronaut")
    parser.add_argument("--seconds", type=int, default=120, help="length of the long clip of `memory`")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    lines = []
    for name in options.what or ["engine", "render"]:
        row = {"bench": name, **machine(), **BENCHES[name](options)}
        lines.append(json.dumps(row))
        print(lines[-1], flush=True)
    if options.json:
        options.json.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def machine() -> dict[str, Any]:
    """Where and when."""
    model = "unknown"
    info = Path("/proc/cpuinfo")
    if info.is_file():
        named = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        model = f"{len(named)} x {named[0]}" if named else model
    return {"date": datetime.now(UTC).date().isoformat(), "machine": model, "python": platform.python_version()}


def engine(options: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds a frame of the default engine on a face of 256 pixels, and of the landmarks of its driver."""
    cv2.setNumThreads(1)
    frames = list(islice(frames_of(options.clip), 120))
    with load_backend() as backend:
        faces, landmarks = timed(lambda item: backend.follow(item[1], item[0] / 25)[0], list(enumerate(frames)))
        portrait = portrait_of(FACE_HEIGHT, backend.detect)
        track = FaceTrack.of(faces, (frames[0].shape[1], frames[0].shape[0]))
        driving = Driving(track, 25.0, lambda numbers: (frames[number] for number in numbers))
        made = load_engine("landmark_tps")
        began = time.perf_counter()
        prepared = made.prepare(
            portrait, driving, Taking(Options()), lambda image: next(iter(backend.follow(image, 0.0, 1)), None)
        )
        prepare = time.perf_counter() - began
    kept = {name: array.whole() if isinstance(array, Blocks) else array for name, array in prepared.items()}
    renderer = made.open(portrait, kept, Own(Options()))
    _, render = timed(lambda item: renderer.render(*item), list(enumerate(frames)))
    shared = in_two_workers(renderer, frames)
    return {
        "face_px": FACE_HEIGHT,
        "crop_px": list(portrait.image.shape[1::-1]),
        "landmarks_ms": round(landmarks, 2),
        "warp_and_overlay_ms": round(render, 2),
        "together_ms": round(landmarks + render, 2),
        "warp_and_overlay_two_workers_ms": round(shared, 2),
        "together_two_workers_ms": round(landmarks + shared, 2),
        "prepare_s": round(prepare, 2),
    }


def in_two_workers(renderer: Renderer, frames: list[Image]) -> float:
    """Milliseconds a frame when two processes share the frames, as a render's workers do."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(3)

    def work(start: int) -> None:
        renderer.render(start, frames[start])
        gate.wait()
        for index in range(start, len(frames), 2):
            renderer.render(index, frames[index])
        gate.wait()

    workers = [context.Process(target=work, args=(start,)) for start in range(2)]
    for worker in workers:
        worker.start()
    gate.wait()
    began = time.perf_counter()
    gate.wait()
    spent = time.perf_counter() - began
    for worker in workers:
        worker.join()
    return 1000 * spent / len(frames)


def timed(work: Callable[[Any], Any], items: list[Any]) -> tuple[list[Any], float]:
    """The results, and the median milliseconds of one."""
    results, spent = [], []
    for item in items:
        began = time.perf_counter()
        results.append(work(item))
        spent.append(1000 * (time.perf_counter() - began))
    return results, median(spent)


def astronaut(height: int, detect: Callable[[Image], list[Face]]) -> Image:
    """Her picture, enlarged so that the face is `height` pixels high."""
    from skimage import data

    picture = np.ascontiguousarray(data.astronaut())
    scale = height / head_frame(detect(picture)[0].points, MEDIAPIPE_478).height
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def portrait_of(height: int, detect: Callable[[Image], list[Face]]) -> Portrait:
    """The astronaut, her face `height` pixels high, cropped as the engine wants it."""
    picture = astronaut(height, detect)
    head = head_frame(detect(picture)[0].points, MEDIAPIPE_478)
    reach = ENGINES["landmark_tps"].crop.reach
    box = square_around(head.centre, reach * head.height).clipped(picture.shape[1], picture.shape[0])
    crop = np.ascontiguousarray(picture[box.slices])
    inner = (box.x0 > 0, box.y0 > 0, box.x1 < picture.shape[1], box.y1 < picture.shape[0])
    return Portrait(crop, detect(crop)[0], inner)


def render(options: argparse.Namespace) -> dict[str, Any]:
    """Frames a second of a whole `animate` at 1280x720, start-up included, nothing kept from before."""
    frames = 1000
    with tempfile.TemporaryDirectory() as folder:
        clip = looped(options.clip, Path(folder) / "clip.mp4", frames)
        began = time.perf_counter()
        run_animate(options.portrait, clip, Path(folder))
        seconds = time.perf_counter() - began
        stages = stage_seconds(Path(folder) / "work")
    return {
        "frames": frames,
        "seconds": round(seconds, 1),
        "frames_a_second": round(frames / seconds, 1),
        "stage_ms_a_frame": {name: round(1000 * spent / frames, 1) for name, spent in stages.items()},
    }


def memory(options: argparse.Namespace) -> dict[str, Any]:
    """Peak memory of the whole process tree (proportional set size) for a short and for a long clip."""
    peaks = {}
    for seconds in (20, options.seconds):
        with tempfile.TemporaryDirectory() as folder:
            clip = looped(options.clip, Path(folder) / "clip.mp4", seconds * 25)
            peaks[seconds] = peak_memory(animate_command(options.portrait, clip, Path(folder)), cwd=ROOT)
    short, long = peaks[20], peaks[options.seconds]
    return {
        "seconds": list(peaks),
        "peak_mb": [round(peak / 2**20) for peak in peaks.values()],
        "ratio": round(long / short, 3),
    }


def looped(source: Path, target: Path, frames: int, fps: Fraction = Fraction(25)) -> Path:
    """The clip forwards and backwards until there are `frames` of them."""
    shown = [frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2] for frame in islice(frames_of(source), 250)]
    endless = cycle(shown + shown[-2:0:-1])
    size = (shown[0].shape[1], shown[0].shape[0])
    with FrameWriter(target, size=size, fps=fps) as writer:
        for frame in islice(endless, frames):
            writer.write(frame)
    return target


def frames_of(path: Path) -> Iterator[Image]:
    with VideoReader(path) as reader:
        for _, frame in reader:
            yield frame


def animate_command(portrait: str, clip: Path, folder: Path) -> list[str]:
    start = [sys.executable, str(ROOT / "run_pipeline.py"), "animate", portrait, str(clip)]
    return [*start, "-o", str(folder / "out.mp4"), "--work", str(folder / "work")]


def run_animate(portrait: str, clip: Path, folder: Path) -> None:
    command = animate_command(portrait, clip, folder)
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=as_installed())


def as_installed() -> dict[str, str]:
    """The environment, in which Python keeps compiled modules, as it does unless it is told not to."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def stage_seconds(work: Path, of: str = "seconds") -> dict[str, float]:
    """Seconds of work by stage, summed over its tasks, as their logs tell; `of` "processor": of processor time."""
    spent: dict[str, float] = {}
    for task in all_spent(work):
        spent[task.stage] = spent.get(task.stage, 0.0) + getattr(task, of)
    return dict(sorted(spent.items(), key=lambda item: -item[1]))


BENCHES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "engine": engine,
    "render": render,
    "edit": lambda options: edit.measure(options, looped),
    "memory": memory,
}

if __name__ == "__main__":
    sys.exit(main())
