"""Mattes and differences, for those who go on in another compositing program."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.planning import Planning
from pipeline.plan.task import Input, Task


def plan_passes(planning: Planning, performers: Mapping[str, PlannedPerformer]) -> dict[str, tuple[Task, str]]:
    """Add the tasks; each with its file, by what the delivered file's name ends in."""
    files: dict[str, tuple[Task, str]] = {}
    for name, planned in performers.items():
        composite = planning.manifest.performers[name].composite
        wanted = sorted(set(composite.passes))
        if not wanted:
            continue
        inputs: dict[str, Input] = {"crop": planned.crop.output}
        inputs |= {f"{number:06d}": chunk.output for number, chunk in enumerate(planned.chunks)}
        if name in planning.job.plates:
            inputs["plate"] = planned.chunks[0].inputs["plate"]
        settings = {
            "fps": str(planning.fps),
            "frames": planned.frames,
            "feather": composite.feather,
            "passes": wanted,
        }
        task = planning.graph.add(Task("passes", settings, inputs, name, planned.frames))
        files |= {f"{name}.{each}.mkv": (task, f"{each}.mkv") for each in wanted}
    return files
