"""The tasks of a performer whose portrait is a whole video: a moving plate, composited onto its own tracked face."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from foundation.errors import InputError
from foundation.times import chunks
from pipeline.manifest.parts.performers import Driving
from pipeline.plan.clip import Clip, read_clip
from pipeline.plan.performer import PlannedPerformer, follow_face, normalized
from pipeline.plan.planning import Planning
from pipeline.plan.task import Input, Task
from pipeline.plan.turns import turn_settings


def plan_on_plate(planning: Planning, name: str, clip: Clip) -> PlannedPerformer:
    """Add one performer's tasks to the graph; `clip` is what plays of its driving video.

    The result is as long as the clip; a plate that ends before stays at its last frame.

    Raises: InputError if the plate cannot be used.
    """
    manifest, graph, fps = planning.manifest, planning.graph, planning.fps
    performer, choice = manifest.performers[name], planning.job.choices[name]
    frames = clip.frames_at(fps)
    start, plate, face = _plate(planning, name, frames)
    span = {"start": start, "frames": frames, "fps": str(fps)}
    followed: dict[str, Input] = {"plate": plate.output, "faces": face.output}
    crop = graph.add(Task("plate_path", choice.settings | span, followed, name, frames))
    driving = normalized(planning, name, clip)
    files: dict[str, Input] = {f"file.{kind}": planning.sources[str(file)] for kind, file in choice.files.items()}
    both: dict[str, Input] = {"crop": crop.output, "clip": driving.output, **files}
    motion = turn_settings(planning, name)
    if "head" not in performer.motion.model_fields_set:
        motion["head"] = 0.0  # the plate's own head moves already
    settings = {"motion": motion, "options": choice.options, "fps": str(fps), "plate": True}
    settings = choice.settings | planning.landmarks | settings
    prepared = graph.add(Task("prepare", settings, both, name, frames))
    on_plate = both | {"prepared": prepared.output, "plate": plate.output}
    style = performer.composite.model_dump(mode="json", exclude={"into", "passes"})
    done = []
    for part in chunks(frames, manifest.defaults.chunk_frames):
        at: dict[str, Any] = {"range": [part.start, part.stop], "fps": str(fps)}
        moved = graph.add(Task("animate", choice.settings | at, on_plate, name, len(part)))
        if performer.composite.into == "portrait":
            inputs: dict[str, Input] = {"crop": crop.output, "plate": plate.output, "moved": moved.output}
            moved = graph.add(Task("composite_plate", at | style, inputs, name, len(part)))
        done.append(moved)
    return PlannedPerformer(name, frames, crop, driving, done, performer.composite.into)


def _plate(planning: Planning, name: str, frames: int) -> tuple[str, Task, Task]:
    """Where the plate starts on its file's clock, its frames at the result's rate, and its face in its own frames."""
    performer = planning.manifest.performers[name]
    file = str(performer.portrait)
    media, facts = planning.sources[file], planning.facts[file]
    if facts["video"] is None:
        raise InputError("has no video stream", file=media.path, performer=name, cure="name a picture or a video")
    part = Driving(video=file, face=performer.face, on_face_lost="error")
    span = read_clip(part, facts, performer=name, file=media.path)
    needed = min(span.length, Fraction(frames) / planning.fps)
    span = replace(span, stop=span.start + needed, length=needed)
    settings = {"start": str(span.start), "frames": frames, "fps": str(planning.fps)}
    plate = planning.graph.add(Task("plate_frames", settings, {"media": media}, name, frames))
    return str(span.start), plate, follow_face(planning, part, span, name, cuts=False)
