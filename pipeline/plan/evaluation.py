"""The tasks of an evaluation: each clip's first frame animated by the clip, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from landmarks import backend_settings
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.expand import Plan
from pipeline.plan.graph import Graph
from pipeline.plan.task import Input, Task

NAME = "clip"


@dataclass(frozen=True)
class Evaluation:
    """One clip: the graph that `task` ends."""

    clip: Path
    graph: Graph
    task: Task


def manifest_of(clip: Path, engine: str, seconds: float | None) -> LoadedManifest:
    """The clip's first frame, animated by the clip (by its first `seconds`, or by all of it)."""
    driving: dict[str, Any] = {"video": str(clip)} | ({} if seconds is None else {"end": seconds})
    performer = {
        "portrait": {"frame_of": str(clip), "at": 0},
        "driving": driving,
        "engine": engine,
        "motion": {"reference": "first", "smoothing": 0.0},
    }
    data = {
        "version": 1,
        "performers": {NAME: performer},
        "audio": {"source": "none"},
        "output": {"path": "evaluation.mp4"},
        "checks": {"enabled": False},
    }
    return LoadedManifest(validate(data, clip), clip.parent, clip.stem)


def evaluation(clip: Path, plan: Plan, step: int) -> Evaluation:
    """Add the task that compares, every `step` frames, to the plan of `manifest_of`."""
    planned = plan.performers[NAME]
    followed = planned.clip
    settings = {
        **backend_settings(),
        "fps": str(plan.fps),
        "frames": planned.frames,
        "start": str(Fraction(followed.settings["start"])),
        "step": step,
        "chunks": [chunk.settings["range"][0] for chunk in planned.chunks],
    }
    inputs: dict[str, Input] = {
        "media": followed.inputs["media"],
        "faces": followed.inputs["faces"],
        "crop": planned.crop.output,
    }
    inputs |= {f"{number:06d}": chunk.output for number, chunk in enumerate(planned.chunks)}
    task = plan.graph.add(Task("reconstruct", settings, inputs, NAME, planned.frames // step))
    return Evaluation(clip, plan.graph, task)
