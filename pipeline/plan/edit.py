"""The edit's task: which performers are seen in which frames, and how they are laid out."""

from __future__ import annotations

from typing import Any

from pipeline.plan.encoder import encode_settings
from pipeline.plan.picture import PlannedPicture
from pipeline.plan.planning import Planning
from pipeline.plan.task import Input, Task
from pipeline.plan.timeline import Scenes


def plan_edit(
    planning: Planning, pictures: list[PlannedPicture], scenes: Scenes, files: dict[str, Input], frames: int
) -> Task:
    """Add the task that lays the performers' pictures out in scenes; `scenes` and `files` as of plan_scenes."""
    output = planning.manifest.output
    inputs: dict[str, Input] = dict(files)
    about: dict[str, Any] = {}
    for planned in pictures:
        place = f"performer{len(about)}"
        about[planned.name] = {
            "inputs": place,
            "frames": planned.frames,
            "into": planned.into,
            "chunks": [chunk.settings["range"][0] for chunk in planned.chunks],
        }
        inputs[f"{place}.crop"] = planned.crop.output
        for number, chunk in enumerate(planned.chunks):
            inputs[f"{place}.{number:06d}"] = chunk.output
    settings = {
        "fps": str(planning.fps),
        "frames": frames,
        "size": list(output.size),
        "video": encode_settings(output, planning.job.encoder.encoder),
        "performers": about,
        "scenes": scenes,
    }
    return planning.graph.add(Task("edit", settings, inputs, None, frames))
