"""What a panel shows: a performer's picture, or one picture with the faces of several performers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.errors import ManifestError
from foundation.times import chunks
from pipeline.manifest.parts.performers import FrameOf
from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.planning import Planning
from pipeline.plan.task import Input, Task

Groups = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class PlannedPicture:
    """What the edit takes of a picture.

    Attributes:
        name: of its first performer. performers: all of them.
        crop: the task whose artifact has the picture, the part of it that moves (`box`) and where the heads are.
        chunks: those of the moving part, in order. into: "portrait" or "crop".
    """

    name: str
    performers: tuple[str, ...]
    frames: int
    crop: Task
    chunks: list[Task]
    into: str


def find_groups(planning: Planning) -> Groups:
    """For every performer, those who are composited into one picture with it, itself among them, in order.

    Raises: ManifestError if two of them ask for the same face, or for faces of one moving plate.
    """
    performers, sources = planning.manifest.performers, planning.sources
    by_picture: dict[tuple[object, ...], list[str]] = {}
    for name, performer in performers.items():
        still = performer.portrait
        file, at = (still.frame_of, still.at) if isinstance(still, FrameOf) else (still, None)
        alone = name if performer.composite.into == "crop" else None
        by_picture.setdefault((sources[file].digest, at, alone), []).append(name)
    for names in by_picture.values():
        if len(names) > 1 and names[0] in planning.job.plates:
            raise ManifestError(
                f"{names[0]} and {names[1]} have the same video as their portrait, and a moving plate has one driver",
                performer=names[1],
                cure="take a frame of it with portrait: {frame_of: ...}, or composite: {into: crop}",
            )
        faces: dict[str, str] = {}
        for name in names:
            first = faces.setdefault(str(performers[name].face), name)
            if first != name:
                raise ManifestError(
                    f"{first} and {name} take the same face of the same picture",
                    performer=name,
                    cure="choose another face for one of them, such as face: rightmost or face: {index: 1}",
                )
    return {name: tuple(names) for names in by_picture.values() for name in names}


def plan_pictures(
    planning: Planning, performers: Mapping[str, PlannedPerformer], groups: Groups
) -> list[PlannedPicture]:
    """Add the tasks that bring the performers of one picture together; the pictures in the performers' order."""
    pictures = []
    for names in dict.fromkeys(groups[name] for name in performers):
        members = [performers[name] for name in names]
        if len(members) == 1:
            alone = members[0]
            pictures.append(PlannedPicture(alone.name, names, alone.frames, alone.crop, alone.chunks, alone.into))
        else:
            pictures.append(_together(planning, names, members))
    return pictures


def _together(planning: Planning, names: tuple[str, ...], members: list[PlannedPerformer]) -> PlannedPicture:
    frames = max(member.frames for member in members)
    crops: dict[str, Input] = {f"crop{number}": member.crop.output for number, member in enumerate(members)}
    label = " and ".join(names)
    group = planning.graph.add(Task("group", {}, crops, label))
    merged = []
    for part in chunks(frames, planning.manifest.defaults.chunk_frames):
        about, inputs = [], crops | {"group": group.output}
        for number, member in enumerate(members):
            needed = _covering(member, part.start, part.stop)
            about.append({"frames": member.frames, "chunks": [chunk.settings["range"][0] for chunk in needed]})
            inputs |= {f"{number}.{n:06d}": chunk.output for n, chunk in enumerate(needed)}
        settings = {"range": [part.start, part.stop], "fps": str(planning.fps), "members": about}
        merged.append(planning.graph.add(Task("merge", settings, inputs, label, len(part))))
    return PlannedPicture(names[0], names, frames, group, merged, "portrait")


def _covering(member: PlannedPerformer, start: int, stop: int) -> list[Task]:
    """The member's chunks that the frames `start`..`stop` show; after its end, the one with its last frame."""
    last = member.frames - 1
    first, final = min(start, last), min(stop - 1, last)
    spans = [(chunk, chunk.settings["range"]) for chunk in member.chunks]
    return [chunk for chunk, (begin, end) in spans if begin <= final and end > first]
