"""The tasks of a performer whose portrait is a whole video: a moving plate, composited onto its own tracked face."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from foundation.errors import InputError, ManifestError
from pipeline.manifest.parts.driving import Driving
from pipeline.manifest.parts.performers import Composite
from pipeline.plan.clip import Clip, read_clip
from pipeline.plan.driving import follow_face
from pipeline.plan.performer import (
    Chunk,
    PlannedPerformer,
    driver,
    engine_files,
    own_background,
    paste_style,
    prepare_settings,
)
from pipeline.plan.planning import Planning
from pipeline.plan.shown import drawn
from pipeline.plan.turns import motion_of
from stages.artifacts import Frames, Opacities
from stages.contracts import animate, composite, composite_plate, plate_frames, plate_matte, plate_path, prepare
from stages.contracts.shared import Timing
from stages.crops import PlateCrop
from stages.findings import Track


def plan_on_plate(planning: Planning, name: str, clip: Clip) -> PlannedPerformer:
    """Add one performer's tasks to the graph.

    The result is as long as the clip; a plate that ends before stays at its last frame.

    Args:
        clip: what plays of its driving video, or of its song.
    Raises:
        InputError: the plate cannot be used. ManifestError: something is to stay in front of it, or its person cannot
            be cut out.
    """
    graph, choice, fps = planning.graph, planning.job.choices[name], planning.fps
    into, style = (wanted := planning.manifest.performers[name].composite).into, paste_style(wanted)
    told = _told(wanted)
    if wanted.in_front is not None:
        problem = "composite.in_front stays in front of a still portrait, and this one is a video"
        raise ManifestError(problem, performer=name, cure="remove it, or take a frame with portrait: {frame_of: ...}")
    frames = clip.frames_at(fps)
    part, plate, face = _plate(planning, name, frames)
    timing = Timing(start=part.start, frames=frames, fps=fps)
    path = plate_path.Settings(engine=choice.use, timing=timing)
    crop = graph.plan(plate_path.CONTRACT, path, plate_path.Inputs(plate=plate, faces=face), name, frames)
    behind, person = own_background(planning, (name,)), _person(planning, name, crop, plate, frames)
    driving, files = driver(planning, name, clip), engine_files(planning, name)
    inputs, looked = prepare.Inputs(crop=crop, clip=driving.clip, files=files, plate=plate), prepare.CONTRACT
    prepared = graph.plan(looked, prepare_settings(planning, name, plate=True), inputs, name, frames)
    # only a head that moves on the plate uncovers anything
    kept, done = person if motion_of(planning.manifest.performers[name], plate=True).head > 0 else None, []
    dubbed = driving.made_up is not None and into == "portrait"
    whole = bool(wanted.passes) or dubbed  # it is judged as a whole
    for span in drawn(planning, name, frames, whole=whole):
        how = animate.Settings(engine=choice.use, options=choice.settings, range=span, fps=fps)
        given = animate.Inputs(
            crop=crop, clip=driving.clip, prepared=prepared, files=files, plate=plate, opacities=kept
        )
        moved = graph.plan(animate.CONTRACT, how, given, name, len(span))
        if into == "portrait":
            settings = composite.Settings(range=span, fps=fps, style=style, opacity=told)
            laid = composite_plate.Inputs(crop=crop, plate=plate, moved=moved, matte=person)
            moved = graph.plan(composite_plate.CONTRACT, settings, laid, name, len(span))
        done.append(Chunk(span, moved))
    moved_plate, chunks = (plate, part), tuple(done)
    return PlannedPerformer(
        name, frames, choice.name, crop, driving, chunks, into, plate=moved_plate, background=behind, dubbed=dubbed
    )


def _told(composite: Composite) -> bool:
    """Whether it must be known where the person is in the result."""
    return composite.background is not None or "matte" in composite.passes


def _person(planning: Planning, name: str, crop: PlateCrop, plate: Frames, frames: int) -> Opacities | None:
    """The plate's person, where that is asked for, or what is behind it would move with its head."""
    performer, choice = planning.manifest.performers[name], planning.job.choices[name]
    composite = performer.composite
    asked = _told(composite)
    dragged = (choice.network and composite.into == "portrait") or motion_of(performer, plate=True).head > 0
    if performer.square or composite.matte == "none" or not (asked or dragged):
        return None
    settings = plate_matte.Settings(fps=planning.fps, frames=frames)
    return planning.graph.plan(plate_matte.CONTRACT, settings, plate_matte.Inputs(crop=crop, plate=plate), name, frames)


def _plate(planning: Planning, name: str, frames: int) -> tuple[Clip, Frames, Track]:
    """What plays of the plate, its frames at the result's rate, and its face in its own frames."""
    performer = planning.manifest.performers[name]
    file = str(performer.portrait)
    media, info = planning.sources.media(file), planning.facts.media[file]
    path = planning.sources[file].path
    if info.video is None:
        raise InputError("has no video stream", file=path, performer=name, cure="name a picture or a video")
    wanted = Driving(video=file, face=performer.face, on_face_lost="error")
    part = read_clip(wanted, info, performer=name, file=path, field="portrait")
    needed = min(part.length, Fraction(frames) / planning.fps)
    part = replace(part, stop=part.start + needed, length=needed)
    settings = plate_frames.Settings(timing=Timing(start=part.start, frames=frames, fps=planning.fps))
    inputs = plate_frames.Inputs(media=media)
    plate = planning.graph.plan(plate_frames.CONTRACT, settings, inputs, name, frames)
    return part, plate, follow_face(planning, wanted, part, name, cuts=False)
