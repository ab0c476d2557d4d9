"""The tasks of one performer: from a portrait and a clip to composited chunks of frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from compositing.style import PasteStyle
from foundation.errors import InputError
from foundation.times import FrameRange, chunks
from pipeline.manifest.parts.performers import Composite, Driving, FrameOf
from pipeline.plan.clip import Clip
from pipeline.plan.planning import Planning
from pipeline.plan.turns import motion_of, turns_of
from stages import artifacts
from stages.artifacts import Crop, File, Frames, Media, Track
from stages.contracts import animate, composite, crop, faces, normalize, prepare
from stages.contracts.shared import Timing

USUAL_FACE = 1080
"""Pixels. A head taller than this, and than the result, is animated at the larger of the two: no one could see more.
Results of the usual sizes share a portrait's crop."""
MAX_GAP_SECONDS = Fraction(1, 2)
"""A face may be lost for so long (a hand, a turn) and is bridged; longer ends the shot: see Driving.on_face_lost."""


@dataclass(frozen=True)
class Chunk:
    """Frames of a performer, or of a picture: those of `range`."""

    range: FrameRange
    frames: Frames


@dataclass(frozen=True)
class PlannedClip:
    """A driving clip.

    Attributes:
        media: the file. faces: the face in it. part: what plays of it.
        clip: made constant in rate and cut to the face.
    """

    media: Media
    faces: Track
    part: Clip
    clip: artifacts.Clip


@dataclass(frozen=True)
class PlannedPerformer:
    """What later parts of planning take of a performer.

    Attributes:
        frames: how many it moves for.
        engine: the name of the one that animates it.
        crop: its portrait's. clip: its driving clip. chunks: its frames, in order.
        into: what these show: the part of the portrait that moves, or the crop.
        plate: of a moving plate, its frames, and what plays of it.
    """

    name: str
    frames: int
    engine: str
    crop: Crop
    clip: PlannedClip
    chunks: tuple[Chunk, ...]
    into: Literal["portrait", "crop"]
    plate: tuple[Frames, Clip] | None = None


def follow_face(planning: Planning, driving: Driving, clip: Clip, performer: str | None, *, cuts: bool = True) -> Track:
    """Add the task that follows the driving face through its clip, or find the equal one that is there.

    Args:
        cuts: whether scene cuts are looked for, and handled as `driving` says.
    """
    following = faces.Following(
        start=clip.start,
        stop=clip.stop,
        max_gap_frames=max(1, int(MAX_GAP_SECONDS * clip.rate)),
        expected_frames=round(clip.length * clip.rate),
        tolerant=driving.allow_truncated,
        on_scene_cut=driving.on_scene_cut if cuts else "ignore",
        on_face_lost=driving.on_face_lost,
    )
    settings = faces.Settings(select=driving.face, backend=planning.backend, following=following)
    inputs = faces.Inputs(media=planning.sources.media(driving.video))
    return planning.graph.plan(faces.CONTRACT, settings, inputs, performer, clip.frames)


def normalized(planning: Planning, name: str, clip: Clip) -> PlannedClip:
    """Add the task that makes the driving clip constant in rate and cut to the face."""
    driving, frames = planning.manifest.performers[name].driving, clip.frames_at(planning.fps)
    track, media = follow_face(planning, driving, clip, name), planning.sources.media(driving.video)
    settings = normalize.Settings(
        engine=planning.job.choices[name].use,
        timing=Timing(start=clip.start, frames=frames, fps=planning.fps),
        tolerant=driving.allow_truncated,
        fit=None if clip.way is None else normalize.Fit(way=clip.way, length=clip.length),
        steady_light=driving.steady_light,
        following=driving.crop == "following",
    )
    inputs = normalize.Inputs(media=media, faces=track)
    made = planning.graph.plan(normalize.CONTRACT, settings, inputs, name, frames)
    return PlannedClip(media, track, clip, made)


def plan_performer(planning: Planning, name: str, clip: Clip, group: tuple[str, ...]) -> PlannedPerformer:
    """Add one performer's tasks to the graph.

    Args:
        clip: what plays of its driving video.
        group: everyone whose face is in its picture, itself among them.
    """
    graph, choice = planning.graph, planning.job.choices[name]
    performer = planning.manifest.performers[name]
    cut, frames = _portrait(planning, name, group), clip.frames_at(planning.fps)
    driving, files = normalized(planning, name, clip), engine_files(planning, name)
    made = prepare.Inputs(crop=cut, clip=driving.clip, files=files)
    prepared = graph.plan(prepare.CONTRACT, prepare_settings(planning, name), made, name, frames)
    style = paste_style(performer.composite)
    done = []
    for part in chunks(frames, planning.manifest.defaults.chunk_frames):
        how = animate.Settings(engine=choice.use, options=choice.settings, range=part, fps=planning.fps)
        given = animate.Inputs(crop=cut, clip=driving.clip, prepared=prepared, files=files)
        moved = graph.plan(animate.CONTRACT, how, given, name, len(part))
        if performer.composite.into == "portrait":
            settings = composite.Settings(range=part, fps=planning.fps, style=style)
            laid = composite.Inputs(crop=cut, moved=moved)
            moved = graph.plan(composite.CONTRACT, settings, laid, name, len(part))
        done.append(Chunk(part, moved))
    return PlannedPerformer(name, frames, choice.name, cut, driving, tuple(done), performer.composite.into)


def prepare_settings(planning: Planning, name: str, *, plate: bool = False) -> prepare.Settings:
    """How the performer's engine is prepared; on a moving plate, if its portrait is one."""
    choice = planning.job.choices[name]
    return prepare.Settings(
        engine=choice.use,
        options=choice.settings,
        motion=motion_of(planning.manifest.performers[name].motion, plate=plate),
        turns=turns_of(planning, name),
        backend=planning.backend,
        fps=planning.fps,
        plate=plate,
    )


def engine_files(planning: Planning, name: str) -> dict[str, File]:
    """What the performer's engine reads, by its names for it."""
    return {kind: planning.sources.file(str(file)) for kind, file in planning.job.choices[name].files.items()}


def paste_style(written: Composite) -> PasteStyle:
    """How the performer's crops are pasted."""
    return PasteStyle(written.feather, written.match_color, written.match_grain)


def _portrait(planning: Planning, name: str, group: tuple[str, ...]) -> Crop:
    others = sorted(set(group) - {name}, key=group.index)
    output, (media, at, track) = planning.manifest.output, still_face(planning, name)
    settings = crop.Settings(
        engine=planning.job.choices[name].use,
        at=at,
        alpha=output.video.alpha,
        face_limit=max(USUAL_FACE, output.size[1]),
    )
    inputs = crop.Inputs(
        media=media,
        faces=track,
        others=tuple(still_face(planning, each)[2] for each in others),
        in_front=_in_front(planning, group),
    )
    return planning.graph.plan(crop.CONTRACT, settings, inputs, name, 1)


def _in_front(planning: Planning, group: tuple[str, ...]) -> tuple[File, ...]:
    """What stays in front of a picture, whoever of its performers names it.

    Raises:
        InputError: a file of another size, or without opacity.
    """
    performers = planning.manifest.performers
    named = {performers[name].composite.in_front: name for name in reversed(group)}
    found = []
    for written, name in sorted((written, name) for written, name in named.items() if written is not None):
        from compositing.front import check_front  # noqa: PLC0415  (pictures are opened where there is one)

        try:
            check_front(Path(planning.sources[written].path), _size(planning, name))
        except InputError as problem:
            raise problem.located(performer=name) from problem
        found.append(planning.sources.file(written))
    return tuple(found)


def _size(planning: Planning, name: str) -> tuple[int, int]:
    """(width, height) of the performer's still portrait."""
    portrait = planning.manifest.performers[name].portrait
    if isinstance(portrait, FrameOf):
        video = planning.facts.media[portrait.frame_of].video
        return (0, 0) if video is None else (video.width, video.height)
    from media.image.images import picture_size  # noqa: PLC0415  (as above)

    return picture_size(Path(planning.sources[portrait].path))


def still_face(planning: Planning, name: str) -> tuple[Media, Fraction | None, Track]:
    """The file that holds the performer's picture, of a video's frame its time, and its face there."""
    performer = planning.manifest.performers[name]
    portrait = performer.portrait
    at: Fraction | None = None
    if isinstance(portrait, FrameOf):
        media = planning.sources.media(portrait.frame_of)
        video = planning.facts.media[portrait.frame_of].video
        if video is None:
            file = planning.sources[portrait.frame_of].path
            raise InputError("has no video stream", file=file, performer=name, cure="name a video in frame_of")
        at = video.start + portrait.at
    else:
        media = planning.sources.media(portrait)
    return media, at, face_at(planning, name, media, at)


def face_at(planning: Planning, name: str, media: Media, at: Fraction | None) -> Track:
    """Add the task that finds the performer's face in a picture, or in a video's frame at a time."""
    settings = faces.Settings(select=planning.manifest.performers[name].face, backend=planning.backend, at=at)
    return planning.graph.plan(faces.CONTRACT, settings, faces.Inputs(media=media), name, 1)
