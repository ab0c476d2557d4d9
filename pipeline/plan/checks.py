"""The tasks that judge the result: each performer's face beside the edit, then everything together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from foundation.times import FrameRange
from pipeline.manifest.delivery import video_codec
from pipeline.plan.looks import plan_looks
from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.planning import Planning, Ranges
from pipeline.plan.sound import PlannedSound
from stages.artifacts import Film
from stages.contracts import check, check_piece, dubbing, edit_join
from stages.contracts.edit import PlannedScene
from stages.crops import PlateCrop
from stages.findings import Looks, Verdict, Watched


def plan_checks(
    planning: Planning,
    performers: Mapping[str, PlannedPerformer],
    seen: Mapping[str, Ranges],
    video: tuple[Film, int],
    sound: PlannedSound,
    *,
    passages: Ranges,
) -> tuple[Verdict, dict[str, Looks]]:
    """Add the tasks.

    Args:
        seen: of each performer, as in `seen_ranges`.
        video: the finished video, and how many frames it has.
        sound: as planned for it.
        passages: the frames in which scenes come in.
    Returns:
        the verdict, and what was seen of each performer whose result is compared with its driver.
    """
    checks, (film, frames) = planning.manifest.checks, video
    looks: dict[str, Looks] = {}
    about = []
    for name, planned in performers.items():
        # on a moving plate, head, eyes and background are the plate's: nothing but a new mouth can be judged
        look = plan_looks if planned.plate is None else _dubbing if planned.dubbed else None
        if checks.enabled and seen[name] and look is not None:
            looks[name] = look(planning, planned, checks.looks_per_second)
            about.append(
                check.Seen(
                    name=name,
                    seen=seen[name],
                    soft=planning.job.choices[name].learned,
                    sings=planned.clip.made_up is not None,
                )
            )
    settings = check.Settings(
        fps=planning.fps,
        frames=frames,
        size=planning.manifest.output.size,
        codec=video_codec(planning.manifest.output),
        sound=sound.sound,
        performers=tuple(about),
        limits=checks.changes(),
        enabled=checks.enabled,
        passages=passages,
    )
    seen_by = tuple(looks.values())
    decoded = _decoded(planning, film, seen_by, frames) if checks.enabled else ()
    inputs = check.Inputs(video=film, looks=seen_by, sounds=sound.sources, pieces=decoded)
    return planning.graph.plan(check.CONTRACT, settings, inputs, None, frames), looks


def _decoded(planning: Planning, film: Film, looks: tuple[Looks, ...], frames: int) -> tuple[Watched, ...]:
    """Decode a film in the pieces that it was joined of, if it was."""
    picture = planning.graph.task_of(planning.graph.task_of(film).inputs.picture)
    if not isinstance(picture.settings, edit_join.Settings):
        return ()
    made, starts = [], accumulate(picture.settings.pieces, initial=0)
    for start, count in zip(starts, picture.settings.pieces, strict=False):
        settings = check_piece.Settings(fps=planning.fps, frames=frames, piece=FrameRange(start, start + count))
        inputs = check_piece.Inputs(video=film, looks=looks)
        made.append(planning.graph.plan(check_piece.CONTRACT, settings, inputs, None, count))
    return tuple(made)


def _dubbing(planning: Planning, planned: PlannedPerformer, looks_per_second: float) -> Looks:
    """Look at a dubbed video's finished frames again."""
    made_up, crop = planned.clip.made_up, planned.crop
    assert made_up is not None  # noqa: S101  (who is dubbed has a song)
    assert isinstance(crop, PlateCrop)  # noqa: S101
    settings = dubbing.Settings(
        backend=planning.backend,
        fps=planning.fps,
        frames=planned.frames,
        looks_per_second=looks_per_second,
        chunks=tuple(chunk.range.start for chunk in planned.chunks),
        sung=made_up.how.part,
    )
    inputs = dubbing.Inputs(
        crop=crop,
        clip=planned.clip.clip,
        chunks=tuple(chunk.frames for chunk in planned.chunks),
        voice=made_up.voice,
        phones=made_up.phones,
    )
    return planning.graph.plan(dubbing.CONTRACT, settings, inputs, planned.name, planned.frames)


def seen_ranges(scenes: tuple[PlannedScene, ...], picture: str, frames: int) -> Ranges:
    """The ranges of the result's frames in which a picture is on view and moves, which it does for `frames`."""
    shown = [scene.range for scene in scenes if picture in scene.performers]
    return tuple(FrameRange(span.start, min(span.stop, frames)) for span in shown if span.start < frames)
