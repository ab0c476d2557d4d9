"""How many frames a second the faces stage follows a face in, beside what decoding them alone takes.

    python -m bench.landmarks [CLIP] [--height 480] [--frames 300]

The clip is scaled to that height and shown forwards and backwards until it is long enough. Prints a JSON line for the
default backend and one for MediaPipe's where it is installed: medians of three rounds, each of decoding alone and
of the whole stage by each backend, one after the other, so that a busy machine slows all of them.
`loaded` is the stage from its first frames on, when its networks are loaded and the face is found; `cpu_ms` is what a
frame takes of all processors together, which another program's work changes little.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import cv2

from bench.speed import frames_of, machine
from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from landmarks import check_backend
from landmarks.litert.mesh import face_networks
from landmarks.mediapipe_pool import networks
from media.samples import sample_path
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from pipeline.plan.looking import backend_use
from stages.artifacts import Media
from stages.contracts.faces import Following, Inputs, Settings
from stages.driving import faces

ROUNDS = 3
FORGET = {"litert": face_networks.cache_clear, "mediapipe": networks.cache_clear}
"""The backends that are measured, each with what makes it load its networks anew."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?", default=sample_path("carphone"))
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--frames", type=int, default=300)
    options = parser.parse_args()
    backends = [name for name in FORGET if installed(name)]
    rounds: dict[str, list[Spent]] = {name: [] for name in backends}
    with tempfile.TemporaryDirectory() as folder:
        clip = scaled(options.clip, Path(folder) / "clip.mp4", options.height, options.frames)
        decode = []
        for number in range(ROUNDS):
            decode.append(options.frames / decoding(clip))
            for name in backends:
                rounds[name].append(followed(clip, Path(folder) / f"{name}{number}", name))
    for name in backends:
        row = {
            "bench": "landmarks",
            **machine(),
            "backend": name,
            "height": options.height,
            "frames": options.frames,
            "decoding_alone_fps": round(median(decode), 1),
            "faces_stage_fps": round(median(options.frames / spent.seconds for spent in rounds[name]), 1),
            "faces_stage_loaded_fps": round(median(spent.loaded_fps for spent in rounds[name]), 1),
            "faces_stage_cpu_ms": round(median(1000 * spent.cpu / options.frames for spent in rounds[name]), 1),
        }
        print(json.dumps(row))
    return 0


def installed(name: str) -> bool:
    """Whether the backend has the library that it needs."""
    try:
        check_backend(name)
    except InputError:
        return False
    return True


def scaled(source: Path, target: Path, height: int, frames: int) -> Path:
    """The clip at this height, forwards and backwards, H.264 at 25 a second."""
    shown = []
    for frame in islice(frames_of(source), 120):
        width = round(frame.shape[1] * height / frame.shape[0] / 2) * 2
        shown.append(cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC))
    size = (shown[0].shape[1], shown[0].shape[0])
    with FrameWriter(target, size=size, fps=Fraction(25)) as writer:
        for frame in islice(cycle(shown + shown[-2:0:-1]), frames):
            writer.write(frame)
    return target


def decoding(clip: Path) -> float:
    """Seconds to read every frame."""
    began = time.perf_counter()
    with VideoReader(clip) as reader:
        for _ in reader:
            pass
    return time.perf_counter() - began


@dataclass
class Spent:
    """What a run of the faces stage took, its networks loaded anew.

    Attributes:
        seconds: in all.
        cpu: seconds of all processors.
        loaded_fps: frames a second after the first ones.
    """

    seconds: float
    cpu: float
    loaded_fps: float


def followed(clip: Path, out: Path, backend: str) -> Spent:
    """Run the faces stage."""
    out.mkdir()
    following = Following(
        start=Fraction(0),
        stop=None,
        max_gap_frames=12,
        expected_frames=0,
        tolerant=False,
        on_scene_cut="split",
        on_face_lost="hold",
    )
    settings = Settings(select=FaceChoice(), backend=backend_use(backend), following=following)
    FORGET[backend]()
    told: list[tuple[float, int]] = []
    began, cpu = time.perf_counter(), time.process_time()
    faces.run(settings, Inputs(media=Media.at(clip)), out, lambda done, total: told.append((time.perf_counter(), done)))
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    (first, at_first), (last, at_last) = told[0], told[-1]
    return Spent(spent, cpu, (at_last - at_first) / (last - first))


if __name__ == "__main__":
    sys.exit(main())
