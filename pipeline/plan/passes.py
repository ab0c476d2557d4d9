"""Mattes and differences, for those who go on in another compositing program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.picture import PlannedPicture
from pipeline.plan.planning import Planning
from stages.artifacts import Passes
from stages.contracts import passes


def plan_passes(
    planning: Planning, performers: Mapping[str, PlannedPerformer], pictures: Iterable[PlannedPicture]
) -> dict[str, tuple[Passes, str]]:
    """Add the tasks; each with its file, by what the delivered file's name ends in."""
    shared = {name: picture for picture in pictures for name in picture.performers if len(picture.performers) > 1}
    files: dict[str, tuple[Passes, str]] = {}
    for name, planned in performers.items():
        composite = planning.manifest.performers[name].composite
        wanted = sorted(set(composite.passes))
        if not wanted:
            continue
        together = shared.get(name) if "matte" in wanted else None
        settings = passes.Settings(
            fps=planning.fps,
            frames=planned.frames,
            feather=composite.feather,
            passes=tuple(wanted),
            member=together.performers.index(name) if together else 0,
        )
        inputs = passes.Inputs(
            crop=planned.crop,
            chunks=tuple(chunk.frames for chunk in planned.chunks),
            plate=planned.plate[0] if planned.plate else None,
            matte=planned.matte if "matte" in wanted else None,
            group=together.group if together else None,
        )
        made = planning.graph.plan(passes.CONTRACT, settings, inputs, name, planned.frames)
        files |= {f"{name}.{each}.mkv": (made, f"{each}.mkv") for each in wanted}
    return files
