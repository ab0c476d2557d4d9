"""The tasks of a preview: each performer's crop and a quick look at how it will move; nothing that takes long."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.times import FrameRange
from pipeline.plan.build import Job
from pipeline.plan.expand import Plan, expand
from pipeline.plan.graph import Graph
from pipeline.plan.performer import PlannedPerformer, engine_files, face_at, paste_style, prepare_settings
from pipeline.plan.picture import find_groups
from pipeline.plan.planning import Facts, Planning
from stages.artifacts import Frames, Media
from stages.contracts import composite, crop, matte, preview_samples
from stages.contracts.edit import Background, PlannedScene
from stages.contracts.preview_samples import SHOWN
from stages.crops import Crop, Matte


@dataclass(frozen=True)
class PlannedLook:
    """A performer's part of a preview.

    Attributes:
        crop: of its portrait; of a moving plate, of its first frame.
        samples: a few frames of the crop, animated.
        laid: the same, back in the picture, if that is where they go.
        picture: under whose name the scenes have its picture.
        matte: where its person is.
        behind: what that stands before, cut out, and its file.
    """

    crop: Crop
    samples: Frames
    laid: Frames | None
    picture: str
    matte: Matte | None
    behind: tuple[Background, Media | None] | None


@dataclass(frozen=True)
class Preview:
    """What a sheet is drawn from.

    Attributes:
        looks: of each performer.
        scenes: as in the edit stage.
        backgrounds: pictures and videos behind them.
        size: (width, height) of the result.
    """

    graph: Graph
    looks: dict[str, PlannedLook]
    scenes: tuple[PlannedScene, ...]
    backgrounds: tuple[Media, ...]
    size: tuple[int, int]
    notices: list[str]

    @property
    def wanted(self) -> list[str]:
        """The keys of everything that the sheet shows."""
        made = (each for look in self.looks.values() for each in (look.crop, look.samples, look.laid))
        return [each.key for each in made if each is not None]


def plan_preview(job: Job, facts: Facts) -> Preview:
    """The preview of a job.

    Args:
        facts: as in expand.
    Raises:
        ManifestError, InputError: as expand.
    """
    plan = expand(job, facts)
    planning = Planning(job, facts, plan.graph, plan.fps)
    groups = find_groups(planning)
    looks = {name: _look(planning, plan, planned, groups[name][0]) for name, planned in plan.performers.items()}
    return Preview(
        plan.graph, looks, plan.timeline.scenes, plan.timeline.backgrounds, planning.manifest.output.size, plan.notices
    )


def _look(planning: Planning, plan: Plan, planned: PlannedPerformer, picture: str) -> PlannedLook:
    name, graph = planned.name, plan.graph
    cut, person, behind = _crop(planning, planned), planned.matte, planned.background
    if planned.plate is not None and behind is not None:
        person = graph.plan(matte.CONTRACT, matte.Settings(), matte.Inputs(crop=cut), name, 1)
    samples = _samples(planning, planned, cut, None if planning.job.choices[name].network else person)
    laid = None
    if planned.into == "portrait":
        style = paste_style(planning.manifest.performers[name].composite)
        told = behind is not None
        settings = composite.Settings(range=FrameRange(0, SHOWN), fps=plan.fps, style=style, opacity=told)
        inputs = composite.Inputs(crop=cut, moved=samples, matte=person)
        laid = graph.plan(composite.CONTRACT, settings, inputs, name, SHOWN)
    return PlannedLook(cut, samples, laid, picture, person, behind)


def _crop(planning: Planning, planned: PlannedPerformer) -> Crop:
    """The render's own crop; of a moving plate, that of its first frame."""
    if planned.plate is None:
        return planned.crop
    name, at = planned.name, planned.plate[1].start
    media = planning.sources.media(str(planning.manifest.performers[name].portrait))
    settings = crop.Settings(engine=planning.job.choices[name].use, at=at)
    inputs = crop.Inputs(media=media, faces=face_at(planning, name, media, at))
    return planning.graph.plan(crop.CONTRACT, settings, inputs, name, 1)


def _samples(planning: Planning, planned: PlannedPerformer, cut: Crop, person: Matte | None) -> Frames:
    name = planned.name
    prepared = prepare_settings(planning, name, plate=planned.plate is not None)
    watched = _watched(planning, planned)
    settings = preview_samples.Settings(
        engine=prepared.engine,
        options=prepared.options,
        motion=prepared.motion,
        backend=planning.backend,
        fps=planning.fps,
        watched=watched,
    )
    media, files = planned.clip.media if watched else None, engine_files(planning, name)
    inputs = preview_samples.Inputs(crop=cut, media=media, files=files, matte=person)
    return planning.graph.plan(preview_samples.CONTRACT, settings, inputs, name, SHOWN)


def _watched(planning: Planning, planned: PlannedPerformer) -> preview_samples.Watched | None:
    """The clip that the performer follows, if it does not sing from words."""
    driving, part = planning.manifest.performers[planned.name].driving, planned.clip.part
    if driving is None:
        return None
    whole = planning.facts.media[driving.video].video
    end = part.stop or (whole.end if whole else part.start + part.length)
    whole_subject = planning.job.choices[planned.name].subject == "whole"
    return preview_samples.Watched(
        select=driving.face,
        start=part.start,
        length=Fraction(end) - part.start,
        tolerant=driving.allow_truncated,
        square=driving.square if whole_subject else None,
    )
