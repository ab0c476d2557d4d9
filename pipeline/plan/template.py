"""The tasks that make a clip's motion template."""

from __future__ import annotations

from fractions import Fraction

from foundation.errors import ManifestError
from pipeline.plan.build import Job
from pipeline.plan.driving import normalized
from pipeline.plan.expand import part_of
from pipeline.plan.graph import Graph
from pipeline.plan.performer import engine_files
from pipeline.plan.planning import Facts, Planning
from stages.artifacts import Template
from stages.contracts import motion_template


def plan_template(job: Job, facts: Facts, name: str) -> tuple[Graph, Template]:
    """The graph, and the template in it.

    Args:
        facts: as in expand.
        name: of the performer whose clip it is.
    Raises:
        ManifestError, InputError: the clip cannot be used, or it is a template already.
    """
    graph, driving = job.graph, job.loaded.manifest.performers[name].clip
    if driving is None or driving.is_motion_file:
        raise ManifestError("a motion template is made of a clip", cure="name a video of a face")
    video = facts.media[driving.video].video
    planning = Planning(job, facts, graph, Fraction(25) if video is None else video.fps)
    clip = part_of(planning, name)
    followed, choice = normalized(planning, name, clip), job.choices[name]
    settings = motion_template.Settings(engine=choice.use, options=choice.settings, fps=planning.fps)
    inputs = motion_template.Inputs(clip=followed.clip, files=engine_files(planning, name))
    return graph, graph.plan(motion_template.CONTRACT, settings, inputs, name, clip.frames_at(planning.fps))
