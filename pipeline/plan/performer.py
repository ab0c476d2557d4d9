"""The tasks of one performer: from a portrait and a clip to composited chunks of frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from foundation.errors import InputError
from foundation.times import chunks
from pipeline.manifest.parts.performers import Driving, FrameOf
from pipeline.plan.clip import Clip
from pipeline.plan.planning import Planning
from pipeline.plan.task import FileInput, Input, Task
from pipeline.plan.turns import turn_settings

USUAL_FACE = 1080
"""Pixels. A head taller than this, and than the result, is animated at the larger of the two: no one could see more.
Results of the usual sizes share a portrait's crop."""
MAX_GAP_SECONDS = Fraction(1, 2)
"""A face may be lost for so long (a hand, a turn) and is bridged; longer ends the shot: see Driving.on_face_lost."""


@dataclass(frozen=True)
class PlannedPerformer:
    """What later stages take of a performer: its cropped portrait, its driving clip, its chunks in order."""

    name: str
    frames: int
    crop: Task
    clip: Task
    chunks: list[Task]
    into: str


def follow_face(planning: Planning, driving: Driving, clip: Clip, performer: str | None, *, cuts: bool = True) -> Task:
    """Add the task that follows the driving face through its clip, or find the equal one that is there.

    Args:
        cuts: whether scene cuts are looked for, and handled as `driving` says.
    """
    settings = {
        "kind": "video",
        "at": None,
        "select": driving.face,
        **planning.landmarks,
        "start": str(clip.start),
        "stop": None if clip.stop is None else str(clip.stop),
        "max_gap_frames": max(1, int(MAX_GAP_SECONDS * clip.rate)),
        "expected_frames": round(clip.length * clip.rate),
        "tolerant": driving.allow_truncated,
        "on_scene_cut": driving.on_scene_cut if cuts else "ignore",
        "on_face_lost": driving.on_face_lost,
    }
    media = {"media": planning.sources.clip(driving.video)}
    return planning.graph.add(Task("faces", settings, media, performer, clip.frames))


def normalized(planning: Planning, name: str, clip: Clip) -> Task:
    """Add the task that makes the driving clip constant in rate and cut to the face."""
    driving, frames = planning.manifest.performers[name].driving, clip.frames_at(planning.fps)
    track = follow_face(planning, driving, clip, name)
    timing: dict[str, Any] = {
        "start": str(clip.start),
        "frames": frames,
        "fps": str(planning.fps),
        "tolerant": driving.allow_truncated,
    }
    if clip.way is not None:
        timing["fit"] = {"way": clip.way, "length": str(clip.length)}
    if driving.steady_light:
        timing["steady_light"] = True
    if driving.crop == "following":
        timing["follow"] = True
    media: dict[str, Input] = {"media": planning.sources.clip(driving.video), "faces": track.output}
    return planning.graph.add(Task("normalize", planning.job.choices[name].settings | timing, media, name, frames))


def plan_performer(planning: Planning, name: str, clip: Clip, group: tuple[str, ...]) -> PlannedPerformer:
    """Add one performer's tasks to the graph.

    Args:
        clip: what plays of its driving video. group: everyone whose face is in its picture, itself among them.
    """
    manifest, graph = planning.manifest, planning.graph
    performer = manifest.performers[name]
    fps, choice = str(planning.fps), planning.job.choices[name]
    with_engine = choice.settings
    files: dict[str, Input] = {f"file.{kind}": planning.sources[str(file)] for kind, file in choice.files.items()}
    crop = _portrait(planning, name, with_engine, group)
    frames = clip.frames_at(planning.fps)
    followed = normalized(planning, name, clip)
    both: dict[str, Input] = {"crop": crop.output, "clip": followed.output, **files}
    motion = {"motion": turn_settings(planning, name), "options": choice.options, "fps": fps}
    settings = with_engine | planning.landmarks | motion
    prepared = graph.add(Task("prepare", settings, both, name, frames))
    style = performer.composite.model_dump(mode="json", exclude={"into", "passes"})
    done = []
    for part in chunks(frames, manifest.defaults.chunk_frames):
        span = {"range": [part.start, part.stop], "fps": fps}
        moved = graph.add(Task("animate", with_engine | span, both | {"prepared": prepared.output}, name, len(part)))
        if performer.composite.into == "portrait":
            inputs = {"crop": crop.output, "moved": moved.output}
            moved = graph.add(Task("composite", span | style, inputs, name, len(part)))
        done.append(moved)
    return PlannedPerformer(name, frames, crop, followed, done, performer.composite.into)


def _portrait(planning: Planning, name: str, with_engine: Mapping[str, Any], group: tuple[str, ...]) -> Task:
    media, face = _still_face(planning, name)
    inputs: dict[str, Input] = {"media": media, "faces": face.output}
    for number, other in enumerate(sorted(set(group) - {name}, key=group.index)):
        inputs[f"other{number}"] = _still_face(planning, other)[1].output
    at = face.settings["at"]
    output = planning.manifest.output
    kept = {"alpha": True} if output.video.alpha else {}
    limit = {"face_limit": max(USUAL_FACE, output.size[1])}
    return planning.graph.add(Task("crop", {**with_engine, "at": at, **limit, **kept}, inputs, name, 1))


def _still_face(planning: Planning, name: str) -> tuple[FileInput, Task]:
    """The file that holds the performer's picture, and the task that finds its face there."""
    performer = planning.manifest.performers[name]
    portrait = performer.portrait
    at: str | None = None
    if isinstance(portrait, FrameOf):
        media = planning.sources[portrait.frame_of]
        video = planning.facts[portrait.frame_of]["video"]
        if video is None:
            raise InputError("has no video stream", file=media.path, performer=name, cure="name a video in frame_of")
        at = str(Fraction(video["start"]) + portrait.at)
    else:
        media = planning.sources[portrait]
    settings = {"kind": "image", "at": at, "select": performer.face, **planning.landmarks}
    return media, planning.graph.add(Task("faces", settings, {"media": media}, name, 1))
