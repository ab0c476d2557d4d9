"""The tasks of an evaluation: each clip's first frame animated by the clip, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.expand import Plan
from pipeline.plan.graph import Graph
from pipeline.plan.looking import backend_use
from stages.contracts import reconstruct
from stages.contracts.shared import Timing
from stages.findings import Figures

NAME = "clip"


@dataclass(frozen=True)
class Evaluation:
    """One clip: the graph that ends in its figures."""

    clip: Path
    graph: Graph
    figures: Figures


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
    assert planned.clip.faces is not None  # noqa: S101  (it follows a clip)
    settings = reconstruct.Settings(
        backend=backend_use(),
        timing=Timing(start=planned.clip.part.start, frames=planned.frames, fps=plan.fps),
        step=step,
        chunks=tuple(chunk.range.start for chunk in planned.chunks),
    )
    inputs = reconstruct.Inputs(
        media=planned.clip.media,
        faces=planned.clip.faces,
        crop=planned.crop,
        chunks=tuple(chunk.frames for chunk in planned.chunks),
    )
    made = plan.graph.plan(reconstruct.CONTRACT, settings, inputs, NAME, planned.frames // step)
    return Evaluation(clip, plan.graph, made)
