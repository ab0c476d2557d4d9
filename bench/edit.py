"""How fast the edit is, without what comes before it: a duet of two performers into 1280x720, laid out and encoded.

Part of `python -m bench.speed edit`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import yaml
from numpy.typing import NDArray

from media.video.writer import picture_writer
from stages.contracts.edit import CONTRACT, Inputs, Settings
from stages.delivery import edit
from stages.handles import located

ROOT = Path(__file__).resolve().parents[1]
FRAMES = 250
"""One piece of the edit."""
KEPT = 50
"""Frames that are held to feed the encoder alone."""


def measure(options: argparse.Namespace, looped: Callable[[Path, Path, int], Path]) -> dict[str, Any]:
    """Frames a second of the whole edit; milliseconds a frame of drawing alone and of encoding alone; and the processor
    time a frame of this process and of ffmpeg."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        looped(options.clip, folder / "clip.mp4", FRAMES)
        settings, inputs = _prepared(folder)
        before = _cpu()
        whole = _seconds(lambda: _run(settings, inputs, folder / "whole"))
        own, child = (round(1000 * (after - since) / FRAMES, 1) for since, after in zip(before, _cpu(), strict=True))
        frames: list[NDArray[np.uint8]] = []
        with mock.patch.object(edit, "picture_writer", return_value=_nowhere(frames)):
            drawn = _seconds(lambda: _run(settings, inputs, folder / "drawn"))
        encoded = _seconds(lambda: _encode(settings, frames, folder / "encoded"))
    return {
        "frames": FRAMES,
        "frames_a_second": round(FRAMES / whole, 1),
        "draw_ms": round(1000 * drawn / FRAMES, 1),
        "encode_ms": round(1000 * encoded / FRAMES, 1),
        "cpu_ms": {"draw": own, "ffmpeg": child},
    }


def _prepared(folder: Path) -> tuple[Settings, Inputs]:
    """Everything up to the edit made, by the command line; the edit's settings and inputs."""
    one = {"portrait": "sample:astronaut", "driving": {"video": "clip.mp4"}}
    manifest = {
        "version": 1,
        "performers": {"one": one, "two": one | {"composite": {"into": "crop"}}},
        "audio": {"source": "none"},
        "checks": {"enabled": False},
        "output": {"path": "out.mp4", "size": [1280, 720]},
    }
    (folder / "duet.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    work = folder / "work"
    start = [
        sys.executable,
        str(ROOT / "run_pipeline.py"),
        "render",
        str(folder / "duet.yaml"),
        "--work",
        str(work),
        "--keep",
        "all",
    ]
    subprocess.run(start, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    about = json.loads(next(work.glob("edit/*/artifact.json")).read_text(encoding="utf-8"))["about"]
    settings, inputs = CONTRACT.read(about["settings"], about["inputs"])
    return settings, located(inputs, lambda given: work / given.digest)


def _run(settings: Settings, inputs: Inputs, out: Path) -> None:
    out.mkdir()
    edit.run(settings, inputs, out, lambda done, total: None)


def _encode(settings: Settings, frames: list[NDArray[np.uint8]], out: Path) -> None:
    out.mkdir()
    with picture_writer(out, size=settings.size, fps=settings.fps, encode=settings.video) as writer:
        for number in range(FRAMES):
            writer.write(frames[number % len(frames)])


@contextmanager
def _nowhere(kept: list[NDArray[np.uint8]]) -> Iterator[Any]:
    """A writer that keeps a few frames for the encoder, and lets the others go."""
    writer = mock.Mock()
    writer.write = lambda frame, changed=None: kept.append(frame.copy()) if len(kept) < KEPT else None
    yield writer


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _cpu() -> tuple[float, float]:
    """Processor seconds of this process, and of its children that have ended."""
    found = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own, children = (usage.ru_utime + usage.ru_stime for usage in found)
    return own, children
