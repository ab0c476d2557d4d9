"""What a panel shows: a performer's picture, or one picture with the faces of several performers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from foundation.errors import ManifestError
from foundation.face_choice import FaceChoice
from foundation.subject import Square
from foundation.times import FrameRange
from pipeline.manifest.parts.performers import FrameOf
from pipeline.plan.performer import Chunk, PlannedPerformer
from pipeline.plan.planning import Planning
from pipeline.plan.shown import drawn
from stages.artifacts import Media
from stages.contracts import group, merge
from stages.contracts.edit import Background
from stages.crops import Crop, Group, Matte

Groups = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class PlannedPicture:
    """What the edit takes of a picture.

    Attributes:
        name: of its first performer.
        performers: all of them.
        crop: the picture, the part of it that moves (`box`) and where the heads are.
        chunks: those of the moving part that are drawn, in order.
        into: "portrait" or "crop".
        matte, background: see PlannedPerformer; of several performers, of all of them.
        group: what several performers share.
    """

    name: str
    performers: tuple[str, ...]
    frames: int
    crop: Crop
    chunks: tuple[Chunk, ...]
    into: Literal["portrait", "crop"]
    matte: Matte | None = None
    background: tuple[Background, Media | None] | None = None
    group: Group | None = None


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
        parts: dict[FaceChoice | Square, str] = {}
        for name in names:
            first = parts.setdefault(performers[name].square or performers[name].face, name)
            if first != name:
                raise ManifestError(
                    f"{first} and {name} take the same face of the same picture, or the same crop",
                    performer=name,
                    cure="choose another face for one of them, such as face: rightmost or face: {index: 1}, or crop",
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
            shown = alone.frames, alone.crop, alone.chunks, alone.into, alone.matte, alone.background
            pictures.append(PlannedPicture(alone.name, names, *shown))
        else:
            pictures.append(_together(planning, names, members))
    return pictures


def _together(planning: Planning, names: tuple[str, ...], members: list[PlannedPerformer]) -> PlannedPicture:
    frames, label = max(member.frames for member in members), " and ".join(names)
    crops = tuple(member.crop for member in members)
    behind, mattes = members[0].background, tuple(member.matte for member in members if member.matte is not None)
    wanted = behind is not None or any("matte" in planning.manifest.performers[name].composite.passes for name in names)
    told = mattes if wanted and len(mattes) == len(members) else ()
    shared = planning.graph.plan(group.CONTRACT, group.Settings(), group.Inputs(crops=crops, mattes=told), label)
    cut, merged = behind is not None and bool(told), []
    for part in drawn(planning, names[0], frames):
        needed = [_covering(member, part) for member in members]
        about = tuple(
            merge.Member(frames=member.frames, chunks=tuple(chunk.range.start for chunk in own))
            for member, own in zip(members, needed, strict=True)
        )
        settings = merge.Settings(range=part, fps=planning.fps, members=about, opacity=cut)
        frames_of = tuple(tuple(chunk.frames for chunk in own) for own in needed)
        inputs = merge.Inputs(group=shared, crops=crops, chunks=frames_of, mattes=told if cut else ())
        merged.append(Chunk(part, planning.graph.plan(merge.CONTRACT, settings, inputs, label, len(part))))
    people = Matte(shared.given) if cut else None
    return PlannedPicture(names[0], names, frames, shared, tuple(merged), "portrait", people, behind, shared)


def _covering(member: PlannedPerformer, part: FrameRange) -> list[Chunk]:
    """The member's chunks that these frames show; after its end, the one with its last frame."""
    last = member.frames - 1
    first, final = min(part.start, last), min(part.stop - 1, last)
    return [chunk for chunk in member.chunks if chunk.range.start <= final and chunk.range.stop > first]
