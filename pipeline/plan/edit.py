"""The edit's task: which performers are seen in which frames, and how they are laid out."""

from __future__ import annotations

from pipeline.plan.encoder import encode_of
from pipeline.plan.picture import PlannedPicture
from pipeline.plan.planning import Planning
from pipeline.plan.timeline import Timeline
from stages.artifacts import Edited, File, Scripts
from stages.contracts import edit


def plan_edit(planning: Planning, pictures: list[PlannedPicture], timeline: Timeline, frames: int) -> Edited:
    """Add the task that lays the performers' pictures out in scenes."""
    output = planning.manifest.output
    acts = tuple(
        edit.Act(
            name=planned.name,
            frames=planned.frames,
            into=planned.into,
            chunks=tuple(chunk.range.start for chunk in planned.chunks),
        )
        for planned in pictures
    )
    settings = edit.Settings(
        fps=planning.fps,
        frames=frames,
        size=output.size,
        video=encode_of(output, planning.job.encoder.encoder),
        acts=acts,
        scenes=timeline.scenes,
    )
    scripts, fonts = _text(planning)
    inputs = edit.Inputs(
        crops=tuple(planned.crop for planned in pictures),
        chunks=tuple(tuple(chunk.frames for chunk in planned.chunks) for planned in pictures),
        backgrounds=timeline.backgrounds,
        scripts=scripts,
        fonts=fonts,
    )
    return planning.graph.plan(edit.CONTRACT, settings, inputs, None, frames)


def _text(planning: Planning) -> tuple[Scripts | None, dict[str, File]]:
    """Lyrics and titles, and the fonts that they need."""
    task, told = planning.job.subtitles, planning.facts.subtitles
    if task is None or told is None:
        return None, {}
    return Scripts(task.output), {name: task.inputs.fonts[name] for name in told.fonts}
