"""The tasks of one performer: from a portrait and a clip to composited chunks of frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from compositing.style import PasteStyle
from foundation.errors import InputError, ManifestError
from foundation.times import FrameRange
from pipeline.manifest.parts.performers import Composite, FrameOf
from pipeline.plan.clip import Clip
from pipeline.plan.driving import PlannedClip, normalized
from pipeline.plan.planning import Planning
from pipeline.plan.shown import drawn
from pipeline.plan.singing import performed
from pipeline.plan.timeline import background_of
from pipeline.plan.turns import motion_of, turns_of
from stages.artifacts import File, Frames, Media
from stages.contracts import animate, composite, crop, faces, matte, prepare
from stages.contracts.edit import Background
from stages.crops import Crop, Matte
from stages.findings import Track

USUAL_FACE = 1080
"""Pixels. A head taller than this, and than the result, is animated at the larger of the two: no one could see more.
Results of the usual sizes share a portrait's crop."""


@dataclass(frozen=True)
class Chunk:
    """Frames of a performer, or of a picture: those of `range`."""

    range: FrameRange
    frames: Frames


@dataclass(frozen=True)
class PlannedPerformer:
    """What later parts of planning take of a performer.

    Attributes:
        frames: how many it moves for.
        engine: the name of the one that animates it.
        crop: its portrait's.
        clip: its driver.
        chunks: its frames that are drawn, in order.
        into: what these show: the part of the portrait that moves, or the crop.
        plate: of a moving plate, its frames, and what plays of it.
        matte: where its person is in the portrait, for who asks.
        background: what that person stands before in place of the portrait's own, and its file.
        dubbed: its portrait is a video that says new words, and is shown whole.
    """

    name: str
    frames: int
    engine: str
    crop: Crop
    clip: PlannedClip
    chunks: tuple[Chunk, ...]
    into: Literal["portrait", "crop"]
    plate: tuple[Frames, Clip] | None = None
    matte: Matte | None = None
    background: tuple[Background, Media | None] | None = None
    dubbed: bool = False


def driver(planning: Planning, name: str, clip: Clip) -> PlannedClip:
    """Add the tasks that make what a portrait follows: a clip, or a performance that is made up."""
    if planning.manifest.performers[name].singing is None:
        return normalized(planning, name, clip)
    return performed(planning, name, clip)


def plan_performer(planning: Planning, name: str, clip: Clip, group: tuple[str, ...]) -> PlannedPerformer:
    """Add one performer's tasks to the graph.

    Args:
        clip: what plays of its driving video, or of its song.
        group: everyone whose face is in its picture, itself among them.
    """
    graph, choice = planning.graph, planning.job.choices[name]
    performer = planning.manifest.performers[name]
    cut, frames = _portrait(planning, name, group), clip.frames_at(planning.fps)
    driving, files = driver(planning, name, clip), engine_files(planning, name)
    made = prepare.Inputs(crop=cut, clip=driving.clip, files=files)
    prepared = graph.plan(prepare.CONTRACT, prepare_settings(planning, name), made, name, frames)
    style = paste_style(performer.composite) if performer.composite.into == "portrait" else None
    # what a network draws is dear: it is kept by itself, for another feather
    at_once = None if choice.network else style
    behind, person, done = own_background(planning, group), _matte(planning, name, cut), []
    told = behind is not None or "matte" in performer.composite.passes
    for part in drawn(planning, group[0], frames, whole=bool(performer.composite.passes)):
        how = animate.Settings(
            engine=choice.use,
            options=choice.settings,
            range=part,
            fps=planning.fps,
            paste=at_once,
            opacity=told and not choice.network,
        )
        kept = None if choice.network else person
        given = animate.Inputs(crop=cut, clip=driving.clip, prepared=prepared, files=files, matte=kept)
        moved = graph.plan(animate.CONTRACT, how, given, name, len(part))
        if style and not at_once:
            settings = composite.Settings(range=part, fps=planning.fps, style=style, opacity=told)
            laid = composite.Inputs(crop=cut, moved=moved, matte=person)
            moved = graph.plan(composite.CONTRACT, settings, laid, name, len(part))
        done.append(Chunk(part, moved))
    into = performer.composite.into
    return PlannedPerformer(name, frames, choice.name, cut, driving, tuple(done), into, matte=person, background=behind)


def prepare_settings(planning: Planning, name: str, *, plate: bool = False) -> prepare.Settings:
    """How the performer's engine is prepared; on a moving plate, if its portrait is one."""
    choice = planning.job.choices[name]
    return prepare.Settings(
        engine=choice.use,
        options=choice.settings,
        motion=motion_of(planning.manifest.performers[name], plate=plate),
        turns=turns_of(planning, name),
        backend=planning.backend,
        fps=planning.fps,
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


def own_background(planning: Planning, group: tuple[str, ...]) -> tuple[Background, Media | None] | None:
    """What those of the performer's picture stand before, whoever of them names it, and its file.

    Raises:
        ManifestError: it cannot be cut out of its portrait. InputError: the file is no picture, or no video.
    """
    performers = planning.manifest.performers
    named = {each: kind for each in group if (kind := performers[each].composite.background) is not None}
    if not named:
        return None
    first, chosen = next(iter(named.items()))
    for each in group:
        if named.get(each, chosen) != chosen:
            told = f"{first} and {each} are in one picture, and have different backgrounds"
            raise ManifestError(told, performer=each, cure="remove composite.background from one of them")
        if performers[each].composite.matte == "none":
            told = f"composite.background of {first} cuts everybody of the picture out, and {each} has matte: none"
            raise ManifestError(told, performer=each, cure="remove one of the two")
        if planning.job.choices[each].subject == "whole":
            told = "composite.background cuts a person out by its face, and subject: whole has none"
            raise ManifestError(told, performer=each, cure="remove background, or use subject: face")
    if chosen == "none":
        return Background(), None
    files: list[Media] = []
    behind = background_of(planning, f"performers.{first}.composite.background", chosen, files)
    return None if behind is None else (behind, files[0] if files else None)


def _matte(planning: Planning, name: str, cut: Crop) -> Matte | None:
    """The portrait's person: what is behind it stays where it is."""
    performer = planning.manifest.performers[name]
    kept = planning.job.choices[name].network and performer.composite.into == "crop"  # a network's own frames
    if performer.square or performer.composite.matte == "none" or kept:
        return None
    return planning.graph.plan(matte.CONTRACT, matte.Settings(), matte.Inputs(crop=cut), name, 1)


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
    """Add the task that finds the performer's face, or what is moved whole, in a picture, or in a video's frame."""
    performer = planning.manifest.performers[name]
    settings = faces.Settings(select=performer.face, backend=planning.backend, at=at, square=performer.square)
    return planning.graph.plan(faces.CONTRACT, settings, faces.Inputs(media=media), name, 1)
