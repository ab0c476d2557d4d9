"""The tasks that judge the result: each performer's face beside the edit, then everything together."""

from __future__ import annotations

from typing import Any

from pipeline.manifest.delivery import video_codec
from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.planning import Planning
from pipeline.plan.sound import Sound
from pipeline.plan.task import Input, Task
from pipeline.plan.timeline import Scenes

Ranges = list[list[int]]

LEARNED = ("tpsmm",)
"""Engines whose picture is as good as weights that come from elsewhere: what they lack is told, and fails nothing."""


def plan_checks(
    planning: Planning, performers: dict[str, PlannedPerformer], seen: dict[str, Ranges], video: Task, sound: Sound
) -> Task:
    """Add the tasks; the last one's artifact has the verdict.

    Args:
        seen: of each performer, as of `seen_ranges`. video: the task of the finished video. sound: as planned for it.
    """
    checks, heard = planning.manifest.checks, sound[0]
    about: list[dict[str, Any]] = []
    inputs: dict[str, Input] = {"video": video.output, **heard}
    for name, planned in performers.items():
        # on a moving plate, head, eyes and background are the plate's: nothing of the measure would apply
        if checks.enabled and seen[name] and name not in planning.job.plates:
            place = f"looks{len(about)}"
            inputs[place] = _measure(planning, planned, checks.looks_per_second).output
            soft = planning.job.choices[name].name in LEARNED
            about.append({"name": name, "input": place, "seen": seen[name], "soft": soft})
    settings = {
        "fps": str(planning.fps),
        "frames": video.frames,
        "size": list(planning.manifest.output.size),
        "sound": sound[1],
        "codec": video_codec(planning.manifest.output),
        "performers": about,
        "limits": checks.changes(),
        "enabled": checks.enabled,
        "soft": False,
    }
    return planning.graph.add(Task("check", settings, inputs, None, video.frames))


def _measure(planning: Planning, planned: PlannedPerformer, looks_per_second: float) -> Task:
    """Look at one performer's finished frames again."""
    motion = planning.manifest.performers[planned.name].motion
    settings: dict[str, Any] = {
        **planning.landmarks,
        "fps": str(planning.fps),
        "frames": planned.frames,
        "looks_per_second": looks_per_second,
        "into": planned.into,
        "feather": planning.manifest.performers[planned.name].composite.feather,
        "motion": {"mouth": motion.mouth, "head": motion.head, "expression": motion.expression},
        "chunks": [chunk.settings["range"][0] for chunk in planned.chunks],
    }
    if planned.name in planning.turns:
        settings["sings"] = planning.turns[planned.name]
    inputs: dict[str, Input] = {"crop": planned.crop.output, "clip": planned.clip.output}
    inputs |= {f"{number:06d}": chunk.output for number, chunk in enumerate(planned.chunks)}
    return planning.graph.add(Task("measure", settings, inputs, planned.name, planned.frames))


def seen_ranges(scenes: Scenes, picture: str, frames: int) -> Ranges:
    """The ranges of the result's frames in which a picture is on view and moves, which it does for `frames`."""
    shown = [scene["range"] for scene in scenes if picture in scene["performers"]]
    return [[start, min(stop, frames)] for start, stop in shown if start < frames]
